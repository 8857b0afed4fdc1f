// SPDX-License-Identifier: GPL-2.0-only
#include "mig.h"
const struct darwin_mig_routine darwin_mig_port_routines[] = { { } };
const struct darwin_mig_routine darwin_mig_thread_routines[] = { { } };
const struct darwin_mig_routine darwin_mig_vm_routines[] = { { } };
const struct darwin_mig_routine darwin_mig_host_routines[] = { { } };
const struct darwin_mig_routine darwin_mig_clock_routines[] = { { } };
void darwin_mk_timer_stop(struct darwin_port *port)
{
}
void darwin_mk_timer_release(struct darwin_port *port)
{
}
