// Work on a log that nobody has checked yet, in a process that may die of it: LMDB crashes on some
// damaged pages.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "events/log/event_log.h"

namespace tranchet {

// Runs `work` in a child process and returns the bytes it came to. Nullopt: the child died, and
// `ended` says how ("was killed by signal 11"), or there could be none. Before there are threads.
std::optional<std::string> bytes_of_child(const std::function<std::string()>& work,
                                          std::string& ended);

// What that means for a log: Damaged.
LogError unreadable_page(std::string_view ended);

}  // namespace tranchet
