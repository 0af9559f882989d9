// What the fuzzers of the log call, and the suite over the committed corpus. Both abort on a fault.
#pragma once

#include <cstddef>
#include <span>

namespace tranchet::fuzz {

void log_record(std::span<const std::byte> bytes);
void log_line(std::span<const std::byte> bytes);

}  // namespace tranchet::fuzz
