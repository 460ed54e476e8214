#!/bin/sh
# Pacemaker's alert agent for Doctor. Pacemaker gives an agent no arguments.
exec /usr/local/bin/doctor-report.sh --from pacemaker
