#include "adapters/cli/moment.h"

#include "adapters/gateway/history.h"

namespace tranchet {

std::optional<LogPlace> parse_moment(const std::string& text) {
  if (text.find_first_not_of("0123456789") == std::string::npos && !text.empty() &&
      text.size() <= 15) {
    return Sequence{std::stoull(text)};
  }
  if (const auto time = parse_time(text)) return *time;
  return std::nullopt;
}

std::expected<Sequence, LogError> last_until(LogReader& log, const LogPlace& moment) {
  if (const auto* sequence = std::get_if<Sequence>(&moment)) return *sequence;
  return last_at(log, std::get<Timestamp>(moment));
}

std::expected<Sequence, LogError> first_from(LogReader& log, const LogPlace& moment) {
  if (const auto* sequence = std::get_if<Sequence>(&moment)) return *sequence;
  const Timestamp before =
      Timestamp::from_nanoseconds(std::get<Timestamp>(moment).nanoseconds() - 1);
  auto last = last_until(log, before);
  if (!last) return last;
  return next(*last);
}

}  // namespace tranchet
