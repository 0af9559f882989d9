// Random events of every alternative, valid ones: each field within the range that the interface
// gives it. They come from the table of fields, so a new alternative is generated with its first
// compile.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/event_check.h"
#include "events/log/event_fields.h"
#include "events/names.h"

namespace tranchet::testing {

// What the generated events refer to: plain texts, long ones, and ones that JSON must escape.
inline Names sample_names() {
  Names names;
  for (const char* symbol : {"BTCUSDT", "1000PEPEUSDT", "NSE:NIFTY-I"}) {
    names.instrument(symbol);
    names.intern(symbol);
  }
  names.intern("a plain text");
  names.intern("quotes \" and \\ and\nlines\t\x01");
  names.intern("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 {\"not\":\"json\"}");
  names.intern(std::string(5'000, 'x') + "end");
  return names;
}

class EventMaker {
 public:
  // `below(n)` is a random number less than n.
  using Below = std::function<std::uint64_t(std::uint64_t)>;
  EventMaker(Below below, const Names& names) : below_(std::move(below)), names_(names) {}

  EventBody body(std::size_t alternative) {
    return make(alternative, std::make_index_sequence<kEventNames.size()>());
  }
  EventBody any_body() { return body(below_(kEventNames.size())); }
  EventBody any_market_body() {
    static constexpr std::size_t kMarketAlternatives[] = {7, 8, 9};
    return body(kMarketAlternatives[below_(3)]);
  }

  // ---- The interface of the field table.

  template <class T>
  void required(std::string_view, T& value, Range range = Range::Any) {
    fill(value, range);
  }
  template <class T>
  void optional(std::string_view, T& value, const T& fallback, Range range = Range::Any) {
    value = fallback;
    if (below_(2) == 0) fill(value, range);
  }
  template <class Enum>
  void number_of(std::string_view, std::uint8_t& value) {
    value = static_cast<std::uint8_t>(below_(Spelling<Enum>::names.size() + 1));
  }
  void digest(std::string_view, std::uint64_t& value) { fill(value, Range::Any); }
  void rate(std::string_view, std::int64_t& count) { count = decimal(Range::Any); }
  void setting(ConfigChanged& changed) {
    const SettingInfo& about = all_settings()[below_(kSettingCount)];
    changed.setting = about.id;
    changed.value = about.min + static_cast<std::int64_t>(
                                    below_(static_cast<std::uint64_t>(about.max - about.min) + 1));
    // Durations have a unit and at most twelve digits: whole milliseconds always fit.
    if (about.kind == SettingKind::Time) changed.value -= changed.value % 1'000'000;
    if (about.kind == SettingKind::TimeOfDay) changed.value -= changed.value % 60'000'000'000;
    changed.instrument = InstrumentId::None;
    if (about.per_instrument && below_(2) == 0) fill(changed.instrument, Range::Any);
  }
  void listed_symbol(InstrumentId instrument, TextId& symbol) {
    // The first texts are the symbols, in their order.
    symbol = static_cast<TextId>(instrument);
    if (below_(4) == 0) fill(symbol, Range::Any);
  }
  void target(std::string_view, TargetChoice& choice, Maybe<Price>& price) {
    choice = static_cast<TargetChoice>(below_(4) + 1);
    price = std::nullopt;
    if (choice == TargetChoice::AtPrice) price = Price::from_raw(decimal(Range::Positive));
  }
  void close_reason(std::string_view, ExitReason& reason) {
    reason = static_cast<ExitReason>(below_(3) + 4);  // ModelClose, Manual, Emergency.
  }
  void order(OrderId& id) {
    id = OrderId::None;
    if (below_(8) != 0) fill(id, Range::Any);
  }
  void any_order(OrderId& id) { order(id); }
  void filled_order(OrderFilled& fill_event) {
    order(fill_event.order);
    const bool ours = fill_event.order != OrderId::None;
    if (ours && below_(2) == 0) return;
    fill(fill_event.instrument, Range::Any);
    fill(fill_event.position_side, Range::Any);
    fill(fill_event.side, Range::Any);
    fill(fill_event.origin, Range::Any);
  }

 private:
  template <std::size_t... Indices>
  EventBody make(std::size_t alternative, std::index_sequence<Indices...>) {
    EventBody result;
    static_cast<void>(((Indices == alternative && (result = make_one<Indices>(), true)) || ...));
    return result;
  }
  template <std::size_t Index>
  EventBody make_one() {
    // Fields that do not go together (a fee above its fill) are rare: draw again.
    for (;;) {
      std::variant_alternative_t<Index, EventBody> alternative;
      each_field(*this, alternative);
      if (flaw_in(alternative).empty()) return alternative;
    }
  }

  // Up to 100,000 with eight decimals, so that every price x quantity fits. Small ones too.
  std::int64_t decimal(Range range) {
    const std::uint64_t sizes[] = {3, 1'000, 100'000'000, 10'000'000'000'000};
    auto count = static_cast<std::int64_t>(below_(sizes[below_(4)]));
    if (range == Range::Positive || (range == Range::NotNegative && below_(4) != 0)) ++count;
    if (range == Range::Any && below_(2) == 0) count = -count;
    return count;
  }
  template <class Unit>
  void fill(Decimal<Unit>& value, Range range) {
    // The venue and the engine know no empty book: a price there is above zero as elsewhere.
    const bool is_price = std::is_same_v<Decimal<Unit>, Price>;
    value = Decimal<Unit>::from_raw(
        decimal(is_price && range == Range::NotNegative ? Range::Positive : range));
  }
  void fill(Timestamp& value, Range) {
    value =
        Timestamp::from_nanoseconds(static_cast<std::int64_t>(below_(9'000'000'000'000'000'000)));
  }
  template <class T>
  void fill(Maybe<T>& value, Range range) {
    value = std::nullopt;
    if (below_(4) == 0) return;
    T some;
    fill(some, range == Range::NotNegative ? Range::Positive : range);
    value = some;
  }
  void fill(bool& value, Range) { value = below_(2) == 0; }
  template <std::unsigned_integral T>
  void fill(T& value, Range) {
    const std::uint64_t max = std::numeric_limits<T>::max();
    value = static_cast<T>(below_(4) == 0 ? max : below_(max));
  }
  void fill(InstrumentId& value, Range) {
    value = static_cast<InstrumentId>(1 + below_(names_.instruments()));
  }
  void fill(TextId& value, Range) { value = static_cast<TextId>(below_(names_.size() + 1)); }
  void fill(TradeId& value, Range) {
    value = below_(2) == 0 ? TradeId{1 + below_(1'000'000'000'000'000'000)}
                           : TradeId{kTextTradeId + 4 + below_(2)};
  }
  void fill(OrderId& value, Range) {
    value = make_order_id({.account = static_cast<std::uint8_t>(below_(256)),
                           .sequence = Sequence{1 + below_(1'000'000'000)},
                           .index = static_cast<std::uint16_t>(below_(4'096)),
                           .attempt = static_cast<std::uint8_t>(below_(16))});
  }
  void fill(TimerId& value, Range) {
    fill(value.kind, Range::Any);
    OrderId order{};
    fill(order, Range::Any);
    value.subject = value.kind == TimerKind::EntryTimeout ? static_cast<std::uint64_t>(order)
                                                          : below_(1'000'000);
  }
  template <class Enum>
  requires requires { Spelling<Enum>::names; }
  void fill(Enum& value, Range) {
    value = static_cast<Enum>(1 + below_(Spelling<Enum>::names.size()));
  }

  Below below_;
  const Names& names_;
};

// The same numbers for the same seed, on every machine.
inline EventMaker::Below seeded(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::uint64_t limit) mutable {
    return limit == 0 ? 0 : random() % limit;
  };
}

// Consecutive events from `first`, in runs of market events and single others, as a live log has
// them.
inline std::vector<Event> sample_events(std::size_t count, std::uint64_t seed, const Names& names,
                                        Sequence first = Sequence{1}) {
  const EventMaker::Below below = seeded(seed);
  EventMaker maker([below](std::uint64_t limit) { return below(limit); }, names);
  std::vector<Event> events;
  // 2024-01-01, and a step a sequence, so that separate calls follow each other in time.
  constexpr std::int64_t kStart = 1'704'067'200'000'000'000, kStep = 7'000'000'001;
  for (std::size_t n = 0; n < count; ++n) {
    const std::uint64_t sequence = number(first) + n;
    const bool market = sequence % 13 < 10;
    events.push_back(
        {.sequence = Sequence{sequence},
         .time = Timestamp::from_nanoseconds(kStart + static_cast<std::int64_t>(sequence) * kStep),
         .body = market ? maker.any_market_body() : maker.any_body()});
  }
  return events;
}

}  // namespace tranchet::testing
