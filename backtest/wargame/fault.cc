#include "backtest/wargame/fault.h"

#include <array>

#include "events/ensure.h"

namespace tranchet {
namespace {

struct FaultName {
  Fault fault;
  std::string_view name;
};
constexpr std::array<FaultName, kFaults> kFaultNames{{
    {Fault::SlowNetwork, "slow_network"},
    {Fault::LostRequest, "lost_request"},
    {Fault::LostResponse, "lost_response"},
    {Fault::DuplicateRequest, "duplicate_request"},
    {Fault::LateRequest, "late_request"},
    {Fault::StreamCut, "stream_cut"},
    {Fault::MarketCut, "market_cut"},
    {Fault::HalfOpen, "half_open"},
    {Fault::DuplicateMessage, "duplicate_message"},
    {Fault::ReorderedMessages, "reordered_messages"},
    {Fault::ExecutedUnknown, "executed_unknown"},
    {Fault::RefusedUnknown, "refused_unknown"},
    {Fault::RateLimit, "rate_limit"},
    {Fault::Maintenance, "maintenance"},
    {Fault::TradingHalt, "trading_halt"},
    {Fault::SessionEnd, "session_end"},
    {Fault::ThinBook, "thin_book"},
    {Fault::PartialFills, "partial_fills"},
    {Fault::NoSecondStop, "no_second_stop"},
    {Fault::FewConditionals, "few_conditionals"},
    {Fault::FiltersChange, "filters_change"},
    {Fault::PriceBand, "price_band"},
    {Fault::Jumps, "jumps"},
    {Fault::Liquidation, "liquidation"},
    {Fault::Deleveraging, "deleveraging"},
    {Fault::ForeignTrade, "foreign_trade"},
    {Fault::ForeignOrder, "foreign_order"},
    {Fault::TornWrite, "torn_write"},
    {Fault::LostTail, "lost_tail"},
    {Fault::RottenRecord, "rotten_record"},
    {Fault::DiskFull, "disk_full"},
    {Fault::FailingSync, "failing_sync"},
    {Fault::SlowDisk, "slow_disk"},
    {Fault::Kill, "kill"},
    {Fault::Pause, "pause"},
    {Fault::SecondStart, "second_start"},
    {Fault::ClockSkew, "clock_skew"},
}};

constexpr bool in_order() {
  for (std::size_t at = 0; at < kFaultNames.size(); ++at) {
    if (static_cast<std::size_t>(kFaultNames[at].fault) != at + 1) return false;
  }
  return true;
}
static_assert(in_order(), "a fault's number is its place");

}  // namespace

std::string_view name_of(Fault fault) {
  const auto place = static_cast<std::size_t>(fault);
  ENSURE(place >= 1 && place <= kFaults);
  return kFaultNames[place - 1].name;
}

std::optional<Fault> fault_named(std::string_view name) {
  for (const FaultName& spelling : kFaultNames) {
    if (spelling.name == name) return spelling.fault;
  }
  return std::nullopt;
}

std::vector<Fault> FaultSet::list() const {
  std::vector<Fault> faults;
  for (const FaultName& spelling : kFaultNames) {
    if (has(spelling.fault)) faults.push_back(spelling.fault);
  }
  return faults;
}

std::string to_text(const FaultSet& faults) {
  if (faults.empty()) return "none";
  std::string text;
  for (const Fault fault : faults.list()) {
    if (!text.empty()) text += ',';
    text += name_of(fault);
  }
  return text;
}

std::expected<FaultSet, std::string> parse_faults(std::string_view text) {
  FaultSet faults;
  if (text == "none") return faults;
  while (true) {
    const std::string_view name = text.substr(0, text.find(','));
    const auto fault = fault_named(name);
    if (!fault) return std::unexpected(std::string(name));
    faults.add(*fault);
    if (name.size() == text.size()) return faults;
    text.remove_prefix(name.size() + 1);
  }
}

}  // namespace tranchet
