/* SPDX-License-Identifier: MPL-2.0 */
/* notify.h: what systemd is told (sd_notify(3)), where it is there and asks. */
#ifndef CODEV_MASTER_NOTIFY_H
#define CODEV_MASTER_NOTIFY_H

void notify_ready(void);
void notify_reloading(void); /* notify_ready ends it */
void notify_stopping(void);
void notify_watchdog(void); /* in every turn of the loop; sent as often as it is due */

#endif
