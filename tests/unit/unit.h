/* SPDX-License-Identifier: MPL-2.0 */
/* unit.h: what every unit test includes first; cmocka wants these headers in this order. */
#ifndef CODEV_TESTS_UNIT_H
#define CODEV_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

#endif
