#include "tests/backtest/report/auditor.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/backtest/report/run_files.h"

namespace tranchet {
namespace {

constexpr Int128 kCount = kDecimalOne;  // One count of 1e-8, in counts of 1e-16.
constexpr std::size_t kFindings = 100;

Int128 rounded(Int128 value) {
  return divide_half_away(value, kCount) * kCount;
}

struct AuditedTranche {
  std::string instrument;
  bool is_long = true;
  Int128 quantity = 0;  // Counts of 1e-8, as are all quantities here.
  Int128 cost = 0;
  Int128 entered = 0;
  Int128 entered_cost = 0;
  Int128 exited = 0;
  Int128 exit_value = 0;
  Int128 realized = 0;
  Int128 fees = 0;
  Int128 worst = 0;
  Int128 best = 0;
  std::set<std::string> orders;
  std::uint64_t foreign = 0;
};

class Auditor {
 public:
  Auditor(const std::filesystem::path& folder, std::span<const AuditPrice> prices)
      : trades_(CsvTable::read(folder / "trades.csv")),
        tranches_(CsvTable::read(folder / "tranches.csv")),
        equity_(CsvTable::read(folder / "equity.csv")),
        summary_(read_summary(folder / "summary.json")),
        prices_(prices) {}

  std::vector<std::string> run() {
    check_headers();
    check_summary();
    check_sums();
    check_tranche_counts();
    check_equity();
    walk();
    check_tranches();
    return std::move(findings_);
  }

 private:
  void same(const std::string& what, Int128 recomputed, Int128 stated) {
    if (recomputed == stated) return;
    find(what + ": recomputed " + value_text(recomputed) + ", stated " + value_text(stated));
  }
  void find(std::string finding) {
    if (findings_.size() < kFindings) findings_.push_back(std::move(finding));
  }
  const std::string& stated(std::string_view key) {
    static const std::string kMissing = "0";
    const auto found = summary_.find(key);
    if (found != summary_.end()) return found->second;
    find("summary.json has no " + std::string(key));
    return kMissing;
  }
  Int128 number(std::string_view key) { return exact(stated(key)); }

  void check_headers() {
    if (trades_.header() !=
        "time,sequence,instrument,position_side,tranche_id,tranche,purpose,reason,side,price,"
        "quantity,fee,liquidity,realized_pnl,order_id") {
      find("trades.csv has other columns: " + trades_.header());
    }
    if (tranches_.header() !=
        "tranche_id,tranche,instrument,position_side,opened,closed,entries,quantity,average_entry,"
        "take_profit,stop_loss,exit_reason,average_exit,realized_pnl,fees,funding,mae,mfe,"
        "naked_quantity_seconds,merged_into,closed_sequence") {
      find("tranches.csv has other columns: " + tranches_.header());
    }
    if (equity_.header() != "time,balance,unrealized_pnl,equity,drawdown,exposure,sequence") {
      find("equity.csv has other columns: " + equity_.header());
    }
  }

  void check_summary() {
    same("net_pnl",
         number("realized_pnl") + number("unrealized_pnl") - number("fees") + number("funding"),
         number("net_pnl"));
    same("final_equity", number("initial_balance") + number("net_pnl"), number("final_equity"));
    same("wins + losses", number("wins") + number("losses"), number("trades"));
    Int128 exits = 0;
    for (const auto& [key, value] : summary_) {
      if (key.starts_with("exits.") && key != "exits.merged") exits += exact(value);
    }
    same("exits", exits, number("trades"));
    for (const char* key :
         {"instrument", "events", "ticks", "first_time", "last_time", "ambiguous_bars",
          "state_digest", "command_digest", "wall_seconds", "events_per_second"}) {
      stated(key);
    }
  }

  static Int128 sum(const CsvTable& table, std::string_view column) {
    Int128 total = 0;
    for (std::size_t row = 0; row < table.size(); ++row) total += table.number(row, column);
    return total;
  }

  void check_sums() {
    same("trades.csv fee", sum(trades_, "fee"), number("fees"));
    same("trades.csv realized_pnl", sum(trades_, "realized_pnl"), number("realized_pnl"));
    same("tranches.csv fees", sum(tranches_, "fees"), number("fees"));
    same("tranches.csv realized_pnl", sum(tranches_, "realized_pnl"), number("realized_pnl"));
    same("tranches.csv funding", sum(tranches_, "funding"), number("funding"));
    same("tranches.csv naked_quantity_seconds", sum(tranches_, "naked_quantity_seconds"),
         number("naked_quantity_seconds"));
  }

  void check_tranche_counts() {
    std::map<std::string, Int128> exits;
    Int128 opened = 0;
    Int128 wins = 0;
    for (std::size_t row = 0; row < tranches_.size(); ++row) {
      const std::string& reason = tranches_.text(row, "exit_reason");
      if (reason == "Correction") continue;
      ++opened;
      if (reason.empty()) continue;
      ++exits[reason];
      const Int128 earned = tranches_.number(row, "realized_pnl") - tranches_.number(row, "fees") +
                            tranches_.number(row, "funding");
      if (reason != "Merged" && earned > 0) ++wins;
    }
    constexpr Int128 kOne = kCount * kCount;
    same("tranches_opened", opened * kOne, number("tranches_opened"));
    same("wins", wins * kOne, number("wins"));
    const std::map<std::string, std::string> keys = {{"TakeProfit", "take_profit"},
                                                     {"InstantTakeProfit", "instant_take_profit"},
                                                     {"StopLoss", "stop_loss"},
                                                     {"ModelClose", "model_close"},
                                                     {"Manual", "manual"},
                                                     {"Emergency", "emergency"},
                                                     {"Liquidation", "liquidation"},
                                                     {"Adl", "adl"},
                                                     {"Venue", "venue"},
                                                     {"SquareOff", "square_off"},
                                                     {"Merged", "merged"}};
    for (const auto& [reason, key] : keys) {
      same("exits." + key, exits[reason] * kOne, number("exits." + key));
    }
    for (const auto& [reason, count] : exits) {
      if (!keys.contains(reason)) find("tranches.csv has an unknown exit_reason " + reason);
    }
  }

  void check_equity() {
    Int128 deepest = 0;
    for (std::size_t row = 0; row < equity_.size(); ++row) {
      const std::string what = "equity.csv row " + std::to_string(row + 1);
      same(what, equity_.number(row, "balance") + equity_.number(row, "unrealized_pnl"),
           equity_.number(row, "equity"));
      deepest = std::max(deepest, equity_.number(row, "drawdown"));
      if (equity_.number(row, "drawdown") < 0) find(what + ": the drawdown is negative");
    }
    if (deepest > number("max_drawdown")) find("a drawdown of equity.csv is above max_drawdown");
    if (equity_.size() == 0) return find("equity.csv has no rows");
    const std::size_t last = equity_.size() - 1;
    same("last equity", equity_.number(last, "equity"), number("final_equity"));
    same("last unrealized_pnl", equity_.number(last, "unrealized_pnl"), number("unrealized_pnl"));
  }

  // ---- The run again, by sequence: prices, merges before it, its fills, its funding.

  void walk() {
    struct Moment {
      std::vector<std::size_t> prices;
      std::vector<std::size_t> trades;
      std::vector<std::size_t> merges;
      std::vector<std::size_t> balances;
    };
    std::map<std::uint64_t, Moment> moments;
    for (std::size_t i = 0; i < prices_.size(); ++i) {
      moments[prices_[i].sequence].prices.push_back(i);
    }
    for (std::size_t i = 0; i < trades_.size(); ++i) {
      moments[trades_.count(i, "sequence")].trades.push_back(i);
    }
    for (std::size_t i = 0; i < tranches_.size(); ++i) {
      if (tranches_.text(i, "exit_reason") != "Merged") continue;
      moments[tranches_.count(i, "closed_sequence")].merges.push_back(i);
    }
    for (std::size_t i = 0; i < equity_.size(); ++i) {
      if (equity_.count(i, "sequence") == 0) continue;
      moments[equity_.count(i, "sequence")].balances.push_back(i);
    }
    balance_ = peak_ = drawdown_peak_ = number("initial_balance");
    for (const auto& [sequence, moment] : moments) {
      for (const std::size_t row : moment.prices) take_price(prices_[row]);
      for (const std::size_t row : moment.trades) take_trade(row);
      for (const std::size_t row : moment.merges) take_merge(row);
      for (const std::size_t row : moment.balances) take_balance(row);
      follow_equity();
      for (const std::size_t row : moment.balances) check_moment(row);
    }
    same("funding between the rows of equity.csv", funding_, number("funding"));
    same("tranches_live_max", static_cast<Int128>(live_max_) * kCount * kCount,
         number("tranches_live_max"));
    if (prices_.empty()) return;
    same("unrealized_pnl by the prices", rounded(unrealized()), number("unrealized_pnl"));
    same("max_drawdown by the prices", rounded(drawdown_), number("max_drawdown"));
    same(
        "max_drawdown_pct by the prices",
        divide_half_away(drawdown_ / kCount * kPpmOne, drawdown_peak_ / kCount) * (kCount * 10'000),
        number("max_drawdown_pct"));
  }

  Int128 unrealized_of(const AuditedTranche& tranche) const {
    const auto price = last_price_.find(tranche.instrument);
    if (price == last_price_.end()) return 0;
    const Int128 worth = tranche.quantity * price->second;
    return tranche.is_long ? worth - tranche.cost : tranche.cost - worth;
  }
  Int128 unrealized() const {
    Int128 total = 0;
    for (const auto& [id, tranche] : open_) total += unrealized_of(*tranche);
    return total;
  }
  void follow_excursions(const std::string& instrument) {
    for (const auto& [id, tranche] : open_) {
      if (tranche->instrument != instrument) continue;
      tranche->worst = std::min(tranche->worst, unrealized_of(*tranche));
      tranche->best = std::max(tranche->best, unrealized_of(*tranche));
    }
  }
  void follow_equity() {
    const Int128 equity = balance_ + unrealized();
    if (equity >= peak_) {
      peak_ = equity;
    } else if (peak_ - equity > drawdown_) {
      drawdown_ = peak_ - equity;
      drawdown_peak_ = peak_;
    }
  }

  void take_price(const AuditPrice& price) {
    last_price_[price.instrument] = price.price.raw();
    follow_excursions(price.instrument);
    follow_equity();
  }

  void take_trade(std::size_t row) {
    const std::string what = "trades.csv row " + std::to_string(row + 1);
    const Int128 realized = trades_.number(row, "realized_pnl");
    const Int128 fee = trades_.number(row, "fee");
    balance_ += realized - fee;
    const std::uint64_t id = trades_.count(row, "tranche_id");
    if (trades_.text(row, "reason") == "FeeCorrection" || id == 0) {
      books_[id].fees += fee;
      return;
    }
    const bool is_long = trades_.text(row, "position_side") == "Long";
    const bool adds = (trades_.text(row, "side") == "Buy") == is_long;
    if (adds && trades_.text(row, "purpose") != "Entry") return;  // Buys back an excess.
    AuditedTranche& tranche = books_[id];
    tranche.instrument = trades_.text(row, "instrument");
    tranche.is_long = is_long;
    tranche.fees += fee;
    tranche.realized += realized;
    const Int128 price = trades_.number(row, "price") / kCount;
    const Int128 quantity = trades_.number(row, "quantity") / kCount;
    last_price_.emplace(tranche.instrument, price);
    if (adds) {
      tranche.quantity += quantity;
      tranche.cost += price * quantity;
      tranche.entered += quantity;
      tranche.entered_cost += price * quantity;
      const std::string& order = trades_.text(row, "order_id");
      if (order.empty()) ++tranche.foreign;
      if (!order.empty()) tranche.orders.insert(order);
      same(what + ": realized_pnl of an entry", 0, realized);
      open_[id] = &tranche;
      live_max_ = std::max(live_max_, open_.size());
    } else {
      if (quantity > tranche.quantity) return find(what + ": exits more than its tranche holds");
      const Int128 cost = share(tranche.cost, quantity, tranche.quantity);
      const Int128 gain = tranche.is_long ? price * quantity - cost : cost - price * quantity;
      same(what + ": realized_pnl", rounded(gain), realized);
      tranche.quantity -= quantity;
      tranche.cost -= cost;
      tranche.exited += quantity;
      tranche.exit_value += price * quantity;
      if (tranche.quantity == 0) open_.erase(id);
    }
    follow_excursions(tranche.instrument);
  }

  // floor(value x part / whole), digit by digit in base two: the product needs no more bits.
  static Int128 share(Int128 value, Int128 part, Int128 whole) {
    Int128 quotient = 0;
    Int128 rest = 0;
    for (int bit = 126; bit >= 0; --bit) {
      quotient *= 2;
      rest *= 2;
      if ((value >> bit) & 1) rest += part;
      quotient += rest / whole;
      rest %= whole;
    }
    return quotient;
  }

  void take_merge(std::size_t row) {
    const std::uint64_t from_id = tranches_.count(row, "tranche_id");
    const std::uint64_t into_id = tranches_.count(row, "merged_into");
    AuditedTranche& from = books_[from_id];
    AuditedTranche& into = books_[into_id];
    into.quantity += from.quantity;
    into.cost += from.cost;
    into.entered += from.quantity;
    into.entered_cost += from.cost;
    from.quantity = from.cost = 0;
    open_.erase(from_id);
    if (into.quantity > 0) open_[into_id] = &into;
    follow_excursions(into.instrument);
  }

  // What the balance moved beyond realized results and fees is funding.
  void take_balance(std::size_t row) {
    funding_ += equity_.number(row, "balance") - balance_;
    balance_ = equity_.number(row, "balance");
  }

  // A row of equity.csv, after its event.
  void check_moment(std::size_t row) {
    if (prices_.empty()) return;
    const std::string what = "equity.csv row " + std::to_string(row + 1);
    same(what + " unrealized_pnl", rounded(unrealized()), equity_.number(row, "unrealized_pnl"));
    same(what + " drawdown", rounded(peak_ - balance_ - unrealized()),
         equity_.number(row, "drawdown"));
    Int128 exposure = 0;
    for (const auto& [id, tranche] : open_) {
      const auto price = last_price_.find(tranche->instrument);
      if (price != last_price_.end()) exposure += tranche->quantity * price->second;
    }
    same(what + " exposure", rounded(exposure), equity_.number(row, "exposure"));
  }

  void check_tranches() {
    for (std::size_t row = 0; row < tranches_.size(); ++row) {
      const std::string& reason = tranches_.text(row, "exit_reason");
      if (reason == "Correction") continue;
      const std::string what = "tranches.csv tranche " + tranches_.text(row, "tranche_id");
      const AuditedTranche& tranche = books_[tranches_.count(row, "tranche_id")];
      same(what + " quantity", tranche.entered * kCount, tranches_.number(row, "quantity"));
      same(what + " entries",
           static_cast<Int128>(tranche.orders.size() + tranche.foreign) * kCount * kCount,
           tranches_.number(row, "entries"));
      same(what + " average_entry",
           divide_half_away(tranche.entered_cost, tranche.entered) * kCount,
           tranches_.number(row, "average_entry"));
      if (tranche.exited > 0) {
        same(what + " average_exit", divide_half_away(tranche.exit_value, tranche.exited) * kCount,
             tranches_.number(row, "average_exit"));
      }
      same(what + " realized_pnl", tranche.realized, tranches_.number(row, "realized_pnl"));
      if (!reason.empty()) same(what + " left open", tranche.quantity, 0);
      if (reason.empty() && tranche.quantity == 0) find(what + " is closed, but its row is not");
      if (prices_.empty()) continue;
      same(what + " mae", rounded(tranche.worst), tranches_.number(row, "mae"));
      same(what + " mfe", rounded(tranche.best), tranches_.number(row, "mfe"));
    }
  }

  CsvTable trades_;
  CsvTable tranches_;
  CsvTable equity_;
  std::map<std::string, std::string, std::less<>> summary_;
  std::span<const AuditPrice> prices_;
  std::vector<std::string> findings_;

  std::map<std::uint64_t, AuditedTranche> books_;
  std::map<std::uint64_t, AuditedTranche*> open_;  // Those of books_ that hold quantity.
  std::map<std::string, Int128> last_price_;
  std::size_t live_max_ = 0;
  Int128 balance_ = 0;
  Int128 peak_ = 0;
  Int128 drawdown_ = 0;
  Int128 drawdown_peak_ = 0;
  Int128 funding_ = 0;
};

}  // namespace

std::vector<std::string> audit(const std::filesystem::path& folder,
                               std::span<const AuditPrice> prices) {
  return Auditor(folder, prices).run();
}

}  // namespace tranchet
