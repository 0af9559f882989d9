#include "adapters/cli/shard.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace tranchet {
namespace {

constexpr std::uint64_t kShardLimit = 1'000'000;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view variable(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::expected<std::uint64_t, std::string> number_in(const char* name) {
  const auto number = number_of(variable(name));
  if (number && *number <= kShardLimit) return *number;
  return std::unexpected(std::string(name) + " is \"" + std::string(variable(name)) +
                         "\", which is no number up to " + std::to_string(kShardLimit));
}

std::unexpected<std::string> count_missing(const std::string& index, const std::string& count) {
  return std::unexpected(index + " is set, but " + count +
                         ", how many there are, is not; set it, or say --shard I/N");
}

std::expected<ShardChoice, std::string> slurm_shard() {
  const std::string name = "SLURM_ARRAY_TASK_ID";
  if (variable("SLURM_ARRAY_TASK_COUNT").empty()) {
    return count_missing(name, "SLURM_ARRAY_TASK_COUNT");
  }
  const auto id = number_in("SLURM_ARRAY_TASK_ID");
  if (!id) return std::unexpected(id.error());
  const auto count = number_in("SLURM_ARRAY_TASK_COUNT");
  if (!count) return std::unexpected(count.error());
  if (*count == 0) return std::unexpected("SLURM_ARRAY_TASK_COUNT is 0");
  const std::uint64_t low = number_of(variable("SLURM_ARRAY_TASK_MIN")).value_or(0);
  const std::uint64_t step = number_of(variable("SLURM_ARRAY_TASK_STEP")).value_or(1);
  const std::uint64_t place = (*id - std::min(*id, low)) / std::max<std::uint64_t>(step, 1);
  // Of an array without gaps each remainder comes once, wherever it begins.
  return ShardChoice{{place % *count + 1, *count}, name};
}

std::expected<ShardChoice, std::string> job_shard() {
  const std::string name = "JOB_COMPLETION_INDEX";
  if (variable("JOB_COMPLETIONS").empty()) return count_missing(name, "JOB_COMPLETIONS");
  const auto index = number_in("JOB_COMPLETION_INDEX");
  if (!index) return std::unexpected(index.error());
  const auto count = number_in("JOB_COMPLETIONS");
  if (!count) return std::unexpected(count.error());
  if (*index >= *count) {
    return std::unexpected(name + " is " + std::to_string(*index) + ", but JOB_COMPLETIONS is " +
                           std::to_string(*count));
  }
  return ShardChoice{{*index + 1, *count}, name};
}

}  // namespace

std::expected<ShardChoice, std::string> choose_shard(const std::string& option) {
  if (!option.empty()) {
    const std::size_t slash = option.find('/');
    const auto index = number_of(std::string_view(option).substr(0, slash));
    const auto count = slash == std::string::npos
                           ? std::nullopt
                           : number_of(std::string_view(option).substr(slash + 1));
    if (!index || !count || *index < 1 || *index > *count || *count > kShardLimit) {
      return std::unexpected("--shard \"" + option + "\" is not I/N with I from 1 to N");
    }
    return ShardChoice{{*index, *count}, "--shard"};
  }
  if (!variable("SLURM_ARRAY_TASK_ID").empty()) return slurm_shard();
  if (!variable("JOB_COMPLETION_INDEX").empty()) return job_shard();
  return ShardChoice{};
}

}  // namespace tranchet
