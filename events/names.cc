#include "events/names.h"

#include <limits>

#include "events/digest.h"
#include "events/ensure.h"

namespace tranchet {

TextId Names::intern(std::string_view text) {
  if (text.empty()) return TextId::None;
  const auto found = ids_.find(text);
  if (found != ids_.end()) return found->second;
  ENSURE(texts_.size() < std::numeric_limits<std::uint32_t>::max());
  texts_.emplace_back(text);
  const auto id = TextId{static_cast<std::uint32_t>(texts_.size())};
  ids_.emplace(std::string(text), id);
  return id;
}

std::string_view Names::text(TextId id) const {
  const auto index = static_cast<std::size_t>(id);
  if (index == 0) return {};
  ENSURE(index <= texts_.size());
  return texts_[index - 1];
}

InstrumentId Names::instrument(std::string_view symbol) {
  const auto found = instrument_ids_.find(symbol);
  if (found != instrument_ids_.end()) return found->second;
  ENSURE(!symbol.empty() && symbols_.size() < std::numeric_limits<std::uint16_t>::max());
  symbols_.emplace_back(symbol);
  const auto id = InstrumentId{static_cast<std::uint16_t>(symbols_.size())};
  instrument_ids_.emplace(std::string(symbol), id);
  return id;
}

InstrumentId Names::find_instrument(std::string_view symbol) const {
  const auto found = instrument_ids_.find(symbol);
  return found == instrument_ids_.end() ? InstrumentId::None : found->second;
}

std::string_view Names::symbol(InstrumentId id) const {
  const auto index = static_cast<std::size_t>(id);
  if (index == 0) return {};
  ENSURE(index <= symbols_.size());
  return symbols_[index - 1];
}

TradeId Names::trade(std::string_view text) {
  std::uint64_t value = 0;
  bool is_number = !text.empty() && text.size() <= 18 && (text.size() == 1 || text[0] != '0');
  for (const char c : text) {
    if (c < '0' || c > '9') is_number = false;
    if (is_number) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  // Shifted by one, so that a venue's trade 0 is not "none".
  if (is_number) return TradeId{value + 1};
  return TradeId{kTextTradeId + static_cast<std::uint64_t>(intern(text))};
}

std::string Names::trade_text(TradeId id) const {
  const auto value = static_cast<std::uint64_t>(id);
  if (value == 0) return {};
  if (value >= kTextTradeId)
    return std::string(text(TextId{static_cast<std::uint32_t>(value - kTextTradeId)}));
  return std::to_string(value - 1);
}

std::string digest_text(std::uint64_t digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t place = 16; place-- > 0; digest >>= 4) out[place] = kDigits[digest & 15];
  return out;
}

}  // namespace tranchet
