#include "adapters/aster/market_feed.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace tranchet::aster {
namespace {

namespace ondemand = simdjson::ondemand;

// A scalar as it stands in the text, without quotes and the white space behind it.
std::string_view bare(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    token = token.substr(1, token.size() - 2);
  }
  return token;
}

// Decimals that a price has no place for are cut off: "0.0000000123" is 0.00000001.
std::string_view without_excess(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || text.size() - point - 1 <= kDecimalPlaces) return text;
  if (text.find_first_of("eE") != std::string_view::npos) return text;
  return text.substr(0, point + 1 + kDecimalPlaces);
}

// The one-letter fields of a message, as text; empty: not there. "e" names the kind, and "a" and
// the like mean what the kind says. Emptied by forgetting which are there: there are many slots.
class Message {
 public:
  // Those that an event is made of: half of what a mark says is none, and is not looked at.
  static bool is_wanted(unsigned char letter) {
    return letter >= 'A' && letter <= 'z' && (kWanted >> slot(letter) & 1) != 0;
  }

  void clear() { known_ = 0; }
  void set(unsigned char letter, std::string_view text) {
    field_[slot(letter)] = text;
    known_ |= std::uint64_t{1} << slot(letter);
  }
  void set_average_price(std::string_view text) { set('_', text); }  // "ap", of a liquidation.
  std::string_view average_price() const { return (*this)['_']; }
  std::string_view operator[](char letter) const {
    const std::size_t at = slot(static_cast<unsigned char>(letter));
    return (known_ >> at & 1) != 0 ? field_[at] : std::string_view();
  }

 private:
  static constexpr std::size_t slot(unsigned char letter) {
    return static_cast<std::size_t>(letter - 'A');
  }
  static constexpr std::uint64_t kWanted = [] {
    std::uint64_t wanted = 0;
    for (const char letter : std::string_view("esprqmbBaASTzo")) {
      wanted |= std::uint64_t{1} << static_cast<std::size_t>(letter - 'A');
    }
    return wanted;
  }();
  std::array<std::string_view, 58> field_;
  std::uint64_t known_ = 0;
};

}  // namespace

class MarketFeed::Reader {
 public:
  explicit Reader(const Names& names) {
    for (std::size_t index = 1; index <= names.instruments(); ++index) {
      const auto id = static_cast<InstrumentId>(index);
      ids_.emplace(names.symbol(id), id);
    }
    funding_.resize(names.instruments() + 1);
  }

  std::string read(std::string_view text, std::vector<EventBody>& out) {
    buffer_.assign(text);
    buffer_.append(simdjson::SIMDJSON_PADDING, ' ');
    flaw_.clear();
    guess_ = 0;
    out_ = &out;
    ondemand::document document;
    const simdjson::padded_string_view padded(buffer_.data(), text.size(), buffer_.size());
    simdjson::error_code error = parser_.iterate(padded).get(document);
    if (!error) error = read_document(document);
    if (error) return std::string("not JSON: ") + simdjson::error_message(error);
    return flaw_;
  }

 private:
  simdjson::error_code read_document(ondemand::document& document) {
    ondemand::json_type type{};
    if (const auto error = document.type().get(type)) return error;
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      if (const auto error = document.get_array().get(array)) return error;
      if (const auto error = read_array(array)) return error;
    } else {
      ondemand::object object;
      if (const auto error = document.get_object().get(object)) return error;
      if (const auto error = read_object(object)) return error;
    }
    const char* rest = nullptr;
    const bool is_at_end = document.current_location().get(rest) != simdjson::SUCCESS;
    return is_at_end ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
  }

  simdjson::error_code read_array(ondemand::array array) {
    for (auto result : array) {
      ondemand::object object;
      if (const auto error = result.get_object().get(object)) return error;
      if (const auto error = read_object(object)) return error;
    }
    return simdjson::SUCCESS;
  }

  // A message, or {"stream": ..., "data": message or array of messages}.
  simdjson::error_code read_object(ondemand::object object) {
    Message& message = message_;
    message.clear();
    bool wrapped = false;
    for (auto result : object) {
      ondemand::field field;
      if (const auto error = std::move(result).get(field)) return error;
      if (field.key().unsafe_is_equal("data")) {
        wrapped = true;
        if (const auto error = read_data(field.value())) return error;
        message.clear();
      } else if (const auto error = read_field(field, message)) {
        return error;
      }
    }
    if (!wrapped) take(message);
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_data(ondemand::value value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      if (const auto error = value.get_array().get(array)) return error;
      return read_array(array);
    }
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    Message& message = message_;
    message.clear();
    for (auto result : object) {
      ondemand::field field;
      if (const auto error = std::move(result).get(field)) return error;
      if (const auto error = read_field(field, message)) return error;
    }
    take(message);
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_field(ondemand::field& field, Message& message) {
    const char* const key = field.key().raw();
    const auto letter = static_cast<unsigned char>(key[0]);
    const bool one_letter = Message::is_wanted(letter) && key[1] == '"';
    const bool is_average = key[0] == 'a' && key[1] == 'p' && key[2] == '"';
    if (!one_letter && !is_average) return simdjson::SUCCESS;
    const std::string_view token = field.value().raw_json_token();
    const bool is_object = token.starts_with('{');
    if (is_object && letter == 'o') {
      // A liquidation: the order's fields are inside, and do not collide with those around it.
      ondemand::object order;
      if (const auto error = field.value().get_object().get(order)) return error;
      for (auto result : order) {
        ondemand::field inner;
        if (const auto error = std::move(result).get(inner)) return error;
        if (inner.key().unsafe_is_equal("o")) continue;
        if (const auto error = read_field(inner, message)) return error;
      }
      return simdjson::SUCCESS;
    }
    if (is_object || token.starts_with('[')) return simdjson::SUCCESS;
    const std::string_view text = bare(token);
    if (one_letter) {
      message.set(letter, text);
    } else {
      message.set_average_price(text);
    }
    return simdjson::SUCCESS;
  }

  void take(const Message& message) {
    const std::string_view kind = message['e'];
    if (kind.empty() || message['s'].empty()) return;  // An answer to a subscription.
    const InstrumentId instrument = find(message['s']);
    if (instrument == InstrumentId::None) return;
    if (kind == "markPriceUpdate") {
      take_mark(message, instrument);
    } else if (kind == "aggTrade" || kind == "trade") {
      take_trade(message, instrument);
    } else if (kind == "bookTicker") {
      take_book(message, instrument);
    } else if (kind == "forceOrder") {
      take_liquidation(message, instrument);
    }
  }

  // Every mark frame names the symbols in the same order: the one after the last one is tried
  // first.
  InstrumentId find(std::string_view symbol) {
    if (guess_ < order_.size() && order_[guess_].first == symbol) return order_[guess_++].second;
    const auto found = ids_.find(symbol);
    const InstrumentId id = found == ids_.end() ? InstrumentId::None : found->second;
    if (guess_ >= order_.size()) {
      order_.emplace_back(symbol, id);
    } else {
      order_[guess_] = {std::string(symbol), id};
    }
    ++guess_;
    return id;
  }

  // 0: none, or not above 0, which a symbol that does not trade may have.
  template <class T>
  T positive(const Message& message, char letter, std::string_view name = {}) {
    const std::string_view text = name.empty() ? message[letter] : message.average_price();
    if (text.empty()) {
      flaw(message, letter, name, "is missing");
      return T();
    }
    const ParsedDecimal parsed = parse_decimal(without_excess(text));
    if (parsed.error) {
      flaw(message, letter, name,
           "\"" + std::string(text.substr(0, 40)) + "\" " + std::string(describe(*parsed.error)));
      return T();
    }
    return T::from_raw(parsed.count > 0 ? parsed.count : 0);
  }

  void flaw(const Message& message, char letter, std::string_view name, const std::string& why) {
    if (!flaw_.empty()) return;
    flaw_ = std::string(message['e']) + " of " + std::string(message['s'].substr(0, 40)) + ": " +
            (name.empty() ? std::string(1, letter) : std::string(name)) + " " + why;
  }

  void take_mark(const Message& message, InstrumentId instrument) {
    const auto price = positive<Price>(message, 'p');
    if (price.is_positive()) out_->push_back(MarkPrice{instrument, price});
    if (message['r'].empty()) return;
    const ParsedDecimal rate = parse_decimal(without_excess(message['r']));
    if (rate.error) return flaw(message, 'r', {}, "is not a rate");
    std::int64_t due = 0;
    const std::string_view text = message['T'];
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), due);
    if (parsed.ec != std::errc() || due <= 0) {
      return flaw(message, 'T', {}, "is not the time of the next funding");
    }
    Funding& announced = funding_[static_cast<std::size_t>(instrument)];
    if (announced.due > 0 && due > announced.due) {
      out_->push_back(FundingRate{instrument, announced.rate});
    }
    announced = {.due = due, .rate = rate.count};
  }

  void take_trade(const Message& message, InstrumentId instrument) {
    const auto price = positive<Price>(message, 'p');
    const auto quantity = positive<Quantity>(message, 'q');
    if (!price.is_positive()) return;
    // "m": the buyer was the maker, so the taker sold.
    const Side taker = message['m'] == "true" ? Side::Sell : Side::Buy;
    const bool is_known = message['m'] == "true" || message['m'] == "false";
    out_->push_back(TradePrinted{
        .instrument = instrument,
        .quantity = quantity.is_positive() ? Maybe<Quantity>(quantity) : Maybe<Quantity>(),
        .price = price,
        .aggressor = is_known ? static_cast<std::uint8_t>(taker) : std::uint8_t{0}});
  }

  void take_book(const Message& message, InstrumentId instrument) {
    const auto bid = positive<Price>(message, 'b');
    const auto ask = positive<Price>(message, 'a');
    const auto bid_quantity = positive<Quantity>(message, 'B');
    const auto ask_quantity = positive<Quantity>(message, 'A');
    if (!bid.is_positive() || !ask.is_positive()) return;  // One side of the book is empty.
    out_->push_back(BookTop{instrument, bid, bid_quantity, ask, ask_quantity});
  }

  // The average price, not the order's: 9 % apart in a recorded one.
  void take_liquidation(const Message& message, InstrumentId instrument) {
    const auto price = positive<Price>(message, 'a', "ap");
    const auto quantity = positive<Quantity>(message, 'z');
    const bool buys = message['S'] == "BUY";
    if (!buys && message['S'] != "SELL") return flaw(message, 'S', {}, "is neither BUY nor SELL");
    if (!price.is_positive() || !quantity.is_positive()) return;
    out_->push_back(LiquidationPrinted{instrument, buys ? Side::Buy : Side::Sell, price, quantity});
  }

  std::map<std::string, InstrumentId, std::less<>> ids_;
  std::vector<std::pair<std::string, InstrumentId>> order_;  // Of the last frame.
  std::size_t guess_ = 0;
  // What is announced: at `due` so much will be paid. It changes every second until then; what it
  // was at the last message before is what is paid, and only that is an event.
  struct Funding {
    std::int64_t due = 0;  // Milliseconds; 0: nothing was announced yet.
    std::int64_t rate = 0;
  };
  std::vector<Funding> funding_;  // By instrument.
  ondemand::parser parser_;
  std::string buffer_;
  std::string flaw_;
  Message message_;
  std::vector<EventBody>* out_ = nullptr;
};

MarketFeed::MarketFeed(const Names& names) : reader_(std::make_unique<Reader>(names)) {}
MarketFeed::~MarketFeed() = default;
MarketFeed::MarketFeed(MarketFeed&&) noexcept = default;
MarketFeed& MarketFeed::operator=(MarketFeed&&) noexcept = default;

std::string MarketFeed::read(std::string_view text, std::vector<EventBody>& out) {
  return reader_->read(text, out);
}

}  // namespace tranchet::aster
