// What everybody may see: quotes, depth, candles, and what is listed.
#include <array>
#include <charconv>
#include <optional>

#include "adapters/fyers/server/call.h"
#include "adapters/fyers/server/order_entry.h"

namespace tranchet::fyers_venue {
namespace {

constexpr std::size_t kQuotesMost = 50;
constexpr std::size_t kTokensMost = 500;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    if (end > from) parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

// Seconds; nullopt: no such resolution, or of seconds, which the twin does not keep.
std::optional<std::int64_t> resolution_of(std::string_view text) {
  if (text == "D" || text == "1D") return kSecondsOfDay;
  constexpr std::array<std::int64_t, 11> kMinutes = {1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 240};
  std::int64_t minutes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::ranges::find(kMinutes, minutes) == kMinutes.end()) return std::nullopt;
  return minutes * 60;
}

// Epoch seconds, or a date in India: its beginning or its end.
std::optional<Timestamp> moment_of(const std::string& text, bool is_date, bool is_end) {
  if (is_date) {
    const auto day = parse_time(text + "T00:00:00+05:30");
    if (!day) return std::nullopt;
    return is_end ? *day + Duration::hours(24) - Duration::seconds(1) : *day;
  }
  const ParsedDecimal seconds = parse_decimal(text, 0);
  if (seconds.error || seconds.count < 0 || seconds.count > 9'000'000'000) return std::nullopt;
  return Timestamp::from_nanoseconds(seconds.count * 1'000'000'000);
}

}  // namespace

Answer<std::string> answer_quotes(Call& call) {
  const std::vector<std::string> symbols = split(call.parameter("symbols"));
  if (symbols.empty() || symbols.size() > kQuotesMost) {
    return refuse(kInvalidInput, "Invalid input: 1 to 50 symbols are needed");
  }
  std::vector<std::string> rows;
  for (const std::string& symbol : symbols) {
    const auto board = find_board(symbol, call.boards);
    if (board) {
      rows.push_back(call.boards[*board].quote());
      continue;
    }
    const std::string inner =
        JsonObject().number("code", kInvalidSymbol).text("errmsg", "invalid symbol").str();
    rows.push_back(JsonObject().text("n", symbol).text("s", "error").json("v", inner).str());
  }
  return ok_json().json("d", json_array(rows)).str();
}

Answer<std::string> answer_depth(Call& call) {
  const std::string symbol = call.parameter("symbol");
  const auto board = find_board(symbol, call.boards);
  if (!board) return std::unexpected(board.error());
  if (call.boards[*board].listing().is_index()) {
    return refuse(kRejected, "Depth is not there for an index");
  }
  const std::string inner = JsonObject().json(symbol, call.boards[*board].depth()).str();
  return JsonObject().text("s", "ok").json("d", inner).text("message", "").str();
}

Answer<std::string> answer_history(Call& call) {
  const auto bad = [](std::string message) {
    return std::unexpected(VenueError{kInvalidInput, std::move(message), 422, ""});
  };
  const auto board = find_board(call.parameter("symbol"), call.boards);
  if (!board)
    return std::unexpected(VenueError{kInvalidSymbol, "Invalid symbol provided", 422, ""});
  const auto seconds = resolution_of(call.parameter("resolution"));
  if (!seconds) return bad("Invalid input: resolution");
  const std::string format = call.parameter("date_format");
  if (format != "0" && format != "1") return bad("Invalid input: date_format is none of 0, 1");
  const auto from = moment_of(call.parameter("range_from"), format == "1", false);
  const auto until = moment_of(call.parameter("range_to"), format == "1", true);
  if (!from || !until || *until < *from) return bad("Invalid input: range_from, range_to");
  const std::int64_t days = *seconds < kSecondsOfDay ? 100 : 366;
  if (*until - *from > Duration::hours(24 * days)) {
    return bad("Invalid input: the range is longer than " + std::to_string(days) + " days");
  }
  const std::vector<std::string> rows = call.boards[*board].history(*seconds, *from, *until);
  return JsonObject()
      .text("s", rows.empty() ? "no_data" : "ok")
      .json("candles", json_array(rows))
      .str();
}

Answer<std::string> answer_market_status(Call& call) {
  const bool open = call.hours.is_open(call.moment.market) && !call.account.is_halted(call.moment);
  std::vector<std::string> rows;
  for (const std::int64_t exchange : {10, 12}) {
    rows.push_back(JsonObject()
                       .number("exchange", exchange)
                       .number("segment", 10)
                       .text("market_type", "NORMAL")
                       .text("status", open ? "OPEN" : "CLOSED")
                       .str());
  }
  return ok_json().json("marketStatus", json_array(rows)).str();
}

Answer<std::string> answer_symbol_tokens(Call& call) {
  const Json* symbols = call.body.find("symbols");
  if (symbols == nullptr || !symbols->is_array() || symbols->items.size() > kTokensMost) {
    return refuse(kInvalidInput, "Invalid input: symbols is no array of at most 500");
  }
  JsonObject valid;
  std::vector<std::string> invalid;
  for (const Json& item : symbols->items) {
    const auto board = find_board(item.text, call.boards);
    if (board) {
      valid.text(item.text, call.boards[*board].listing().fy_token);
    } else {
      invalid.push_back(json_string(item.text));
    }
  }
  return ok_json()
      .json("validSymbol", valid.str())
      .json("invalidSymbol", json_array(invalid))
      .str();
}

}  // namespace tranchet::fyers_venue
