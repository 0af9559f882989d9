#include "backtest/sweep/survey.h"

#include "backtest/tape/tape_data.h"
#include "events/digest.h"

namespace tranchet {
namespace {

void add(Digest& digest, const Bar& bar) {
  digest.add(bar.open_time.nanoseconds());
  digest.add(bar.close_time.nanoseconds());
  digest.add(bar.open.raw());
  digest.add(bar.high.raw());
  digest.add(bar.low.raw());
  digest.add(bar.close.raw());
  digest.add(bar.volume ? (*bar.volume).raw() : -1);
}

struct OccurrenceDigest {
  Digest& digest;
  void operator()(const TradePrinted& trade) const {
    digest.add(trade.price.raw());
    digest.add(trade.quantity ? (*trade.quantity).raw() : -1);
  }
  void operator()(const MarkPrice& mark) const { digest.add(mark.price.raw()); }
  void operator()(const BookTop& top) const {
    digest.add(top.bid_price.raw());
    digest.add(top.bid_quantity.raw());
    digest.add(top.ask_price.raw());
    digest.add(top.ask_quantity.raw());
  }
  void operator()(const LiquidationPrinted& liquidation) const {
    digest.add(static_cast<std::int64_t>(liquidation.side));
    digest.add(liquidation.average_price.raw());
    digest.add(liquidation.quantity.raw());
  }
  void operator()(const FundingRate& funding) const { digest.add(funding.rate); }
  void operator()(const auto&) const {}
};

void add(Digest& digest, const Block& block) {
  for (const Bar& bar : block.bars) add(digest, bar);
  // The same as a trade among other occurrences.
  static const std::uint64_t kTrade = EventBody(TradePrinted{}).index();
  for (const PlainTrade& trade : block.trades) {
    digest.add(trade.time.nanoseconds());
    digest.add(kTrade);
    digest.add(trade.price.raw());
    digest.add(trade.quantity ? (*trade.quantity).raw() : -1);
  }
  for (const Occurrence& occurrence : block.events) {
    digest.add(occurrence.time.nanoseconds());
    digest.add(std::uint64_t{occurrence.body.index()});
    std::visit(OccurrenceDigest{digest}, occurrence.body);
  }
}

}  // namespace

std::expected<DataSurvey, InputError> survey_data(
    const DataOptions& options, const std::function<bool(std::uint64_t)>& on_rows) {
  auto data = open_data(options);
  if (!data) return std::unexpected(data.error());
  Digest digest;
  Block block;
  while (true) {
    const auto more = (*data)->next(block);
    if (!more) return std::unexpected(more.error());
    if (!*more) return DataSurvey{(*data)->report(), digest.value()};
    add(digest, block);
    if (!on_rows(block.size())) return DataSurvey{};
  }
}

}  // namespace tranchet
