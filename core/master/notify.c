/* SPDX-License-Identifier: MPL-2.0 */
/* notify.c: see notify.h. Without libsystemd it tells nobody anything. */
#include "config.h"

#include "master/notify.h"

#if HAVE_SYSTEMD

#include "base/clock.h"

#include <systemd/sd-daemon.h>

void notify_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

/* systemd.service(5), Type=notify-reload: the moment is CLOCK_MONOTONIC's. */
void notify_reloading(void)
{
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_steady());
}

void notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void notify_watchdog(void)
{
    static int64_t due;
    uint64_t period = 0;

    if (due > clock_steady() || sd_watchdog_enabled(0, &period) <= 0) {
        return;
    }
    (void)sd_notify(0, "WATCHDOG=1");
    due = clock_steady() + (int64_t)(period / 3);
}

#else

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_watchdog(void)
{
}

#endif
