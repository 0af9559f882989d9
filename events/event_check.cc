#include "events/event_check.h"

namespace tranchet {
namespace {

// The largest notional that Money holds, in counts of 1e-16.
constexpr Value kValueMax = static_cast<Value>(Money::max().raw()) * kDecimalOne;

template <class T>
std::string positive(const char* field, T value) {
  return value.is_positive() ? std::string() : std::string(field) + " must be above 0";
}
template <class T>
std::string positive(const char* field, Maybe<T> value) {
  return value ? positive(field, *value) : std::string();
}
template <class T>
std::string not_negative(const char* field, T value) {
  return value.raw() >= 0 ? std::string() : std::string(field) + " must not be negative";
}
template <class T>
std::string not_negative(const char* field, Maybe<T> value) {
  return value ? not_negative(field, *value) : std::string();
}
std::string in_range(Price price, Quantity quantity) {
  // A tenth of what fits, so that sums of fills fit as well.
  const bool fits =
      value_of(price, quantity) <= kValueMax / 10 && quantity.raw() <= Quantity::max().raw() / 10;
  return fits ? std::string() : "price x quantity is out of range";
}
std::string fee_in_range(const OrderFilled& e) {
  const std::int64_t most = Money::max().raw() / 10;
  return e.fee.raw() <= most && e.fee.raw() >= -most ? std::string() : "fee is out of range";
}

template <class... Checks>
std::string first_of(const Checks&... checks) {
  std::string result;
  const auto take = [&result](const std::string& check) {
    if (result.empty()) result = check;
  };
  (take(checks), ...);
  return result;
}

std::string flaw(const InstrumentListed& e) {
  return first_of(positive("tick_size", e.tick_size), positive("step_size", e.step_size),
                  not_negative("min_quantity", e.min_quantity),
                  not_negative("max_quantity", e.max_quantity),
                  not_negative("market_max_quantity", e.market_max_quantity),
                  not_negative("min_notional", e.min_notional));
}
std::string flaw(const ConfigChanged& e) {
  const SettingInfo& setting = info(e.setting);
  if (e.value < setting.min || e.value > setting.max) {
    return std::string(setting.name) + " is out of range";
  }
  if (e.instrument != InstrumentId::None && !setting.per_instrument) {
    return std::string(setting.name) + " cannot be set for one instrument";
  }
  return {};
}
std::string flaw(const MarkPrice& e) {
  return positive("price", e.price);
}
std::string flaw(const TradePrinted& e) {
  return first_of(positive("price", e.price), not_negative("quantity", e.quantity));
}
std::string flaw(const BookTop& e) {
  return first_of(positive("bid_price", e.bid_price), positive("ask_price", e.ask_price),
                  not_negative("bid_quantity", e.bid_quantity),
                  not_negative("ask_quantity", e.ask_quantity));
}
std::string flaw(const LiquidationPrinted& e) {
  return first_of(positive("average_price", e.average_price), positive("quantity", e.quantity));
}
std::string flaw(const OrderFilled& e) {
  return first_of(positive("price", e.price), positive("quantity", e.quantity),
                  in_range(e.price, e.quantity), fee_in_range(e));
}
std::string flaw(const OrderAmended& e) {
  return first_of(positive("quantity", e.quantity), positive("limit_price", e.limit_price));
}
std::string flaw(const QueryAnswered& e) {
  return first_of(
      not_negative("filled_quantity", e.filled_quantity),
      not_negative("average_price", e.average_price), positive("quantity", e.quantity),
      not_negative("limit_price", e.limit_price),
      in_range(e.average_price.value_or(Price()), e.filled_quantity.value_or(Quantity())));
}
std::string flaw(const PositionReported& e) {
  return first_of(not_negative("quantity", e.quantity),
                  not_negative("average_price", e.average_price),
                  in_range(e.average_price, e.quantity));
}
std::string flaw(const OrderReported& e) {
  return first_of(not_negative("quantity", e.quantity),
                  not_negative("filled_quantity", e.filled_quantity));
}
std::string flaw(const ProtectionRequested& e) {
  return first_of(positive("take_profit", e.take_profit_price),
                  positive("stop_loss", e.stop_loss_price));
}
std::string flaw(const AdoptionRequested& e) {
  return first_of(positive("quantity", e.quantity), positive("average_price", e.average_price),
                  in_range(e.average_price, e.quantity));
}
std::string flaw(const CandleClosed& e) {
  if (e.seconds == 0) return "seconds must be above 0";
  const std::string not_positive =
      first_of(positive("low", e.low), not_negative("volume", e.volume));
  if (!not_positive.empty()) return not_positive;
  for (const Price price : {e.open, e.close}) {
    if (price < e.low || price > e.high) return "open and close must lie within low and high";
  }
  return {};
}
std::string flaw(const CloseRequested& e) {
  const bool allowed = e.reason == ExitReason::ModelClose || e.reason == ExitReason::Manual ||
                       e.reason == ExitReason::Emergency;
  return allowed ? std::string() : "reason must be ModelClose, Manual or Emergency";
}
// An entry's values are judged by the engine: a bad one is an EntryRefused, not a bad line.
template <class Body>
std::string flaw(const Body&) {
  return {};
}

}  // namespace

std::string flaw_in(const EventBody& body) {
  return std::visit([](const auto& alternative) { return flaw(alternative); }, body);
}

}  // namespace tranchet
