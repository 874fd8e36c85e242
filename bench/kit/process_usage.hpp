#pragma once

#include <cstdint>
#include <sys/types.h>

namespace machiai::bench {

/// CPU time that a process used so far, all threads, user and kernel, in nanoseconds; 0 when there is no such process.
int64_t cpu_ns_of(pid_t process);

/// The same for all its children that live, without itself: a PostgreSQL server's backends and helpers.
int64_t children_cpu_ns_of(pid_t process);

/// Resident memory in bytes; 0 when there is no such process.
int64_t resident_bytes_of(pid_t process);

/// CPU time of the whole machine that was not idle, including what its hypervisor took away, in steps of 10 ms.
int64_t machine_cpu_ns();

} // namespace machiai::bench
