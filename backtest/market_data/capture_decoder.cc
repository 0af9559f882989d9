#include "backtest/market_data/capture_decoder.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <utility>

#include "backtest/market_data/row_time.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kLinePadding >= simdjson::SIMDJSON_PADDING);

// The local time and what follows it.
struct CaptureLine {
  std::string_view time;
  std::string_view json;
};

CaptureLine split_line(std::string_view line) {
  const std::size_t brace = line.find('{');
  if (brace == std::string_view::npos) return {line, {}};
  std::string_view time = line.substr(0, brace);
  while (time.ends_with(' ') || time.ends_with('\t')) time.remove_suffix(1);
  if (time.ends_with(':')) time.remove_suffix(1);
  return {time, line.substr(brace)};
}

// A JSON scalar as it stands in the text, without quotes and the white space behind it.
std::string_view bare(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    token = token.substr(1, token.size() - 2);
  }
  return token;
}

}  // namespace

// The one-letter fields of a message, as text; empty: not there. Letters mean different things in
// different kinds of message ("a" is an id in aggTrade and a price in bookTicker).
struct CaptureDecoder::Message {
  std::array<std::string_view, 128> field;
  std::string_view average_price;  // "ap", of a forced order.
  std::string_view operator[](char letter) const {
    return field[static_cast<unsigned char>(letter)];
  }
};

class CaptureDecoder::Parser {
 public:
  enum class Answer : std::uint8_t { Done = 1, NotJson };

  // Calls `take` for every message in the line: the object itself, its "data", or each of the
  // objects in a "data" array.
  template <class Take>
  Answer for_each(std::string_view json, Take&& take) {
    ondemand::document document;
    if (parser_.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING)
            .get(document)) {
      return Answer::NotJson;
    }
    ondemand::object outer;
    if (document.get_object().get(outer)) return Answer::NotJson;
    Message message;
    bool wrapped = false;
    for (auto result : outer) {
      ondemand::field field;
      if (std::move(result).get(field)) return Answer::NotJson;
      if (field.key().unsafe_is_equal("data")) {
        wrapped = true;
        if (!read_data(field.value(), message, take)) return Answer::NotJson;
      } else if (!read_field(field, message)) {
        return Answer::NotJson;
      }
    }
    const char* rest = nullptr;
    if (!document.current_location().get(rest)) return Answer::NotJson;  // Something follows it.
    if (!wrapped) take(message);
    return Answer::Done;
  }

 private:
  template <class Take>
  static bool read_data(ondemand::value value, Message& message, Take&& take) {
    ondemand::json_type type{};
    if (value.type().get(type)) return false;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (value.get_object().get(object)) return false;
      message = {};
      if (!read_object(object, message)) return false;
      take(message);
      return true;
    }
    ondemand::array array;
    if (value.get_array().get(array)) return false;
    for (auto element : array) {
      ondemand::object object;
      if (element.get_object().get(object)) return false;
      message = {};
      if (!read_object(object, message)) return false;
      take(message);
    }
    return true;
  }

  static bool read_object(ondemand::object object, Message& message) {
    for (auto result : object) {
      ondemand::field field;
      if (std::move(result).get(field)) return false;
      if (!read_field(field, message)) return false;
    }
    return true;
  }

  static bool read_field(ondemand::field& field, Message& message) {
    const ondemand::raw_json_string key = field.key();
    const auto letter = static_cast<unsigned char>(key.raw()[0]);
    const bool one_letter = letter < 128 && letter != '"' && key.raw()[1] == '"';
    if (!one_letter && !key.unsafe_is_equal("ap")) return true;
    ondemand::json_type type{};
    if (field.value().type().get(type)) return false;
    if (type == ondemand::json_type::object && one_letter && letter == 'o') {
      // A forced order: its fields are inside. They do not collide with those around it.
      ondemand::object order;
      return !field.value().get_object().get(order) && read_object(order, message);
    }
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) return true;
    const std::string_view text = bare(field.value().raw_json_token());
    if (one_letter) {
      message.field[letter] = text;
    } else {
      message.average_price = text;
    }
    return true;
  }

  ondemand::parser parser_;
};

bool is_capture_line(std::string_view line) {
  const CaptureLine split = split_line(line);
  return !split.json.empty() && parse_row_time(split.time, Offset::Required).has_value();
}

CaptureDecoder::CaptureDecoder(std::string symbol, InstrumentId instrument, Admission& admission)
    : symbol_(std::move(symbol)),
      instrument_(instrument),
      admission_(admission),
      parser_(std::make_unique<Parser>()) {}

CaptureDecoder::~CaptureDecoder() = default;

RowOutcome CaptureDecoder::bad(std::string fault) {
  fault_ = std::move(fault);
  return RowOutcome::Bad;
}

std::optional<std::int64_t> CaptureDecoder::not_negative(std::string_view text,
                                                         std::string_view what) {
  const ParsedDecimal parsed = parse_decimal(text);
  if (!parsed.error && parsed.count >= 0) return parsed.count;
  fault_ = std::string(what) + " " + in_quotes(text) + " " +
           std::string(parsed.error ? describe(*parsed.error) : "is negative");
  return std::nullopt;
}

std::optional<std::int64_t> CaptureDecoder::positive(std::string_view text, std::string_view what) {
  const std::optional<std::int64_t> count = not_negative(text, what);
  if (count != 0) return count;
  fault_ = std::string(what) + " " + in_quotes(text) + " is not positive";
  return std::nullopt;
}

std::expected<void, InputError> CaptureDecoder::decode(Lines lines, Block& block) {
  while (!lines.text.empty()) {
    const std::uint64_t number = lines.first_line;
    const std::string_view line = tranchet::take_line(lines);
    if (line.empty()) continue;
    const RowOutcome outcome = take_line(line, block);
    if (const auto counted = admission_.count_row(outcome, number, fault_); !counted) {
      return std::unexpected(counted.error());
    }
  }
  return {};
}

RowOutcome CaptureDecoder::take_line(std::string_view line, Block& block) {
  // Some recorders note the connection they opened.
  if (line.starts_with("wss://")) return RowOutcome::Ignored;
  const CaptureLine split = split_line(line);
  if (split.json.empty()) return bad("no JSON message in " + in_quotes(line));
  const std::optional<Timestamp> arrival = parse_row_time(split.time, Offset::Required);
  if (!arrival) return bad("local time " + in_quotes(split.time) + " is not a time");
  const Timestamp time = admission_.settle_arrival(*arrival);

  // Several messages in one line are one row: bad if one of them is, used if one of them is. What
  // comes before a bad one is taken back, so that a bad row leaves nothing.
  const std::size_t events_before = block.events.size();
  RowOutcome row = RowOutcome::Ignored;
  const Parser::Answer answer = parser_->for_each(split.json, [&](const Message& message) {
    if (row == RowOutcome::Bad) return;
    const RowOutcome outcome = take_message(message, time, block);
    if (outcome != RowOutcome::Ignored && row != RowOutcome::Used) row = outcome;
    if (outcome == RowOutcome::Bad) row = outcome;
  });
  if (answer == Parser::Answer::NotJson)
    row = bad("the message is not JSON: " + in_quotes(split.json));
  if (row == RowOutcome::Bad) block.events.resize(events_before);
  return row;
}

RowOutcome CaptureDecoder::take_message(const Message& message, Timestamp time, Block& block) {
  const std::string_view kind = message['e'];
  const bool trade = kind == "trade" || kind == "aggTrade";
  const bool mark = kind == "markPriceUpdate";
  // Spot says neither what kind a bookTicker is nor when it was.
  const bool book = kind == "bookTicker" || (kind.empty() && !message['u'].empty() &&
                                             !message['B'].empty() && !message['A'].empty());
  const bool forced = kind == "forceOrder";
  if (!trade && !mark && !book && !forced) return RowOutcome::Ignored;
  if (message['s'] != symbol_) {
    if (message['s'].empty()) return bad("the " + std::string(kind) + " message has no symbol");
    admission_.note_symbol(message['s']);
    return RowOutcome::Ignored;
  }
  if (trade) return take_trade(message, time, block);
  if (mark) return take_mark(message, time, block);
  if (book) return take_book_top(message, time, block);
  return take_forced_order(message, time, block);
}

RowOutcome CaptureDecoder::take_trade(const Message& message, Timestamp time, Block& block) {
  const bool aggregate = message['e'] == "aggTrade";
  const TradeKind kind = aggregate ? TradeKind::Aggregate : TradeKind::Trade;
  if (trade_kind_ == TradeKind::Unknown) trade_kind_ = kind;
  if (trade_kind_ != kind) return RowOutcome::Ignored;
  // Not the market's: closing against the insurance fund or by deleveraging, off the book.
  if (!message['X'].empty() && message['X'] != "MARKET") return RowOutcome::Ignored;

  const auto price = positive(message['p'], "price");
  if (!price) return RowOutcome::Bad;
  const auto quantity = positive(message['q'], "quantity");
  if (!quantity) return RowOutcome::Bad;
  const std::string_view id_text = message[aggregate ? 'a' : 't'];
  const ParsedDecimal id = parse_decimal(id_text, 0);
  if (id.error || id.count < 0) return bad("trade id " + in_quotes(id_text) + " is not a number");
  const std::string_view maker = message['m'];
  if (maker != "true" && maker != "false") {
    return bad("buyer is maker " + in_quotes(maker) + " is neither true nor false");
  }
  const RowOutcome outcome =
      admission_.admit_trade(time, static_cast<std::uint64_t>(id.count), fault_);
  if (outcome != RowOutcome::Used) return outcome;
  admission_.note_price(Price::from_raw(*price));
  admission_.note_quantity(Quantity::from_raw(*quantity));
  const Side aggressor = maker == "true" ? Side::Sell : Side::Buy;
  block.events.push_back(
      {time, TradePrinted{instrument_, Quantity::from_raw(*quantity), Price::from_raw(*price),
                          static_cast<std::uint8_t>(aggressor)}});
  admission_.report().has_trades = true;
  return outcome;
}

RowOutcome CaptureDecoder::take_book_top(const Message& message, Timestamp time, Block& block) {
  const auto bid = positive(message['b'], "bid price");
  if (!bid) return RowOutcome::Bad;
  const auto bid_quantity = not_negative(message['B'], "bid quantity");
  if (!bid_quantity) return RowOutcome::Bad;
  const auto ask = positive(message['a'], "ask price");
  if (!ask) return RowOutcome::Bad;
  const auto ask_quantity = not_negative(message['A'], "ask quantity");
  if (!ask_quantity) return RowOutcome::Bad;
  if (*bid > *ask) {
    admission_.note_crossed_book();
    return bad("bid price " + in_quotes(message['b']) + " is above the ask price " +
               in_quotes(message['a']));
  }
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  const BookTop top{instrument_, Price::from_raw(*bid), Quantity::from_raw(*bid_quantity),
                    Price::from_raw(*ask), Quantity::from_raw(*ask_quantity)};
  admission_.note_price(top.bid_price);
  admission_.note_price(top.ask_price);
  admission_.note_quantity(top.bid_quantity);
  admission_.note_quantity(top.ask_quantity);
  block.events.push_back({time, top});
  return outcome;
}

RowOutcome CaptureDecoder::take_mark(const Message& message, Timestamp time, Block& block) {
  const auto price = positive(message['p'], "mark price");
  if (!price) return RowOutcome::Bad;
  // Delivery contracts have an empty rate: no funding.
  std::optional<std::int64_t> rate;
  if (!message['r'].empty()) {
    const ParsedDecimal parsed = parse_decimal(message['r']);
    if (parsed.error || parsed.count >= kDecimalOne || parsed.count <= -kDecimalOne) {
      return bad("funding rate " + in_quotes(message['r']) + " " +
                 std::string(parsed.error ? describe(*parsed.error) : "is out of range"));
    }
    rate = parsed.count;
  }
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  // Mark prices are averages with more decimals than orders may have: they say nothing about the
  // tick, so they are not counted among the data's decimals.
  block.events.push_back({time, MarkPrice{instrument_, Price::from_raw(*price)}});
  // The rate that is announced changes until it is paid. Paid is what was announced last before the
  // time of the next payment moved on; a capture without these times does not say what was paid.
  std::int64_t due = 0;
  const std::string_view text = message['T'];
  if (rate && std::from_chars(text.data(), text.data() + text.size(), due).ec == std::errc()) {
    if (funding_due_ > 0 && due > funding_due_) {
      block.events.push_back({time, FundingRate{instrument_, funding_rate_}});
    }
    funding_due_ = due;
    funding_rate_ = *rate;
  }
  admission_.report().has_marks = true;
  return outcome;
}

RowOutcome CaptureDecoder::take_forced_order(const Message& message, Timestamp time, Block& block) {
  if (message['S'] != "BUY" && message['S'] != "SELL") {
    return bad("side " + in_quotes(message['S']) + " is neither BUY nor SELL");
  }
  const auto price = positive(message.average_price, "average price");
  if (!price) return RowOutcome::Bad;
  const auto quantity = positive(message['z'], "quantity");
  if (!quantity) return RowOutcome::Bad;
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  admission_.note_quantity(Quantity::from_raw(*quantity));
  block.events.push_back(
      {time, LiquidationPrinted{instrument_, message['S'] == "BUY" ? Side::Buy : Side::Sell,
                                Price::from_raw(*price), Quantity::from_raw(*quantity)}});
  return outcome;
}

}  // namespace tranchet
