/* SPDX-License-Identifier: MPL-2.0 */
/* startup.h: the silence of libxml2 and libxslt, which loading a page interrupts. */
#ifndef CODEV_XML_STARTUP_H
#define CODEV_XML_STARTUP_H

/* From here on errors that nobody asked for go nowhere. */
void xml_be_quiet(void);

#endif
