#include "backtest/feed.h"

#include <array>
#include <map>
#include <memory>

namespace tranchet {
namespace {

// The indexes that the lanes share, by the settings that signals depend on.
class SharedSignals {
 public:
  explicit SharedSignals(std::span<LanePair> lanes) {
    for (LanePair& lane : lanes) {
      if (!lane.jumps_by_signals()) continue;
      const Settings& settings = lane.settings();
      const Key key = {settings.get(Setting::DipDrop), settings.get(Setting::DipWindow),
                       settings.get(Setting::MarkSource)};
      std::shared_ptr<SignalIndex>& index = indexes_[key];
      if (index == nullptr) index = std::make_shared<SignalIndex>(settings);
      lane.use(index);
    }
  }

  void take(const HistoryPiece& piece) {
    for (const auto& [key, index] : indexes_) index->take(piece);
  }

 private:
  using Key = std::array<std::int64_t, 3>;
  std::map<Key, std::shared_ptr<SignalIndex>> indexes_;
};

}  // namespace

std::expected<bool, BacktestError> feed(History& history, std::span<LanePair> lanes,
                                        const std::function<bool(std::uint64_t)>& on_rows) {
  SharedSignals signals(lanes);
  HistoryPiece piece;
  while (true) {
    const auto more = history.next(piece);
    if (!more) return std::unexpected(BacktestError(more.error()));
    if (!*more) return true;
    signals.take(piece);
    for (LanePair& lane : lanes) {
      if (auto taken = lane.take(piece); !taken) {
        return std::unexpected(BacktestError(taken.error()));
      }
    }
    if (!on_rows(piece.block ? piece.block->size() : piece.rows.size())) return false;
  }
}

}  // namespace tranchet
