#include "adapters/fyers/overnight_backup.h"

#include <algorithm>
#include <utility>

namespace tranchet::fyers {
namespace {

constexpr Duration kSendAgain = Duration::seconds(1);
constexpr int kTriesMost = 30;  // From then on every 30 s.
// What was sent so long ago, on a connection that has been given up, can no longer arrive.
constexpr Duration kArrived = Duration::seconds(12);
// After a refusal; doubled with each, up to an hour or so: the same words come back all night.
constexpr Duration kRefused = Duration::minutes(1);
constexpr int kRefusedMost = 6;

}  // namespace

OvernightBackup::OvernightBackup(const std::vector<GttRecord>& records) {
  for (const GttRecord& record : records) {
    entries_[++last_entry_] = {.record = record, .standing = Standing::Unsure};
  }
}

void OvernightBackup::begin(Timestamp now) {
  for (auto& [number, entry] : entries_) entry.sent = entry.since = entry.due = now;
}

void OvernightBackup::want(const std::string& symbol,
                           const std::optional<std::vector<GttTerms>>& terms, Timestamp now) {
  if (!terms) {
    wanted_.erase(symbol);
    return;
  }
  const auto [found, is_new] = wanted_.try_emplace(symbol, *terms);
  if (!is_new && std::ranges::equal(found->second, *terms, protects_alike)) {
    found->second = *terms;
    return;
  }
  found->second = *terms;
  refusals_.erase(symbol);
  if (terms->empty()) return;
  // One of two that are alike may have triggered, and the other must not be cancelled for it.
  doubt_all(symbol, now);
}

// ---- What is next.

std::optional<OvernightBackup::Step> OvernightBackup::next(Timestamp now) {
  const auto is_due = [now](const auto& item) {
    return item.second.standing == Standing::Unsure && item.second.due <= now;
  };
  if (!asking_book_ && book_due_ <= now && std::ranges::any_of(entries_, is_due)) {
    asking_book_ = true;
    return Step{.act = Act::AskBook};
  }
  const auto is_gone = [](const auto& item) { return item.second.standing == Standing::Gone; };
  if (!asking_orders_ && orders_due_ <= now && std::ranges::any_of(entries_, is_gone)) {
    asking_orders_ = true;
    return Step{.act = Act::AskOrders};
  }
  for (const auto& [symbol, terms] : wanted_) {
    if (auto step = settle(symbol, terms, now)) return step;
  }
  return std::nullopt;
}

std::optional<OvernightBackup::Step> OvernightBackup::settle(const std::string& symbol,
                                                             const std::vector<GttTerms>& wanted,
                                                             Timestamp now) {
  std::vector<GttTerms> missing = wanted;
  bool is_settled = !uncompared_.contains(symbol);
  std::optional<std::uint64_t> planned;
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& [number, entry] = *at++;
    if (entry.record.terms.symbol != symbol) continue;
    const auto found = std::ranges::find_if(missing, [&entry](const GttTerms& terms) {
      return protects_alike(terms, entry.record.terms);
    });
    if (entry.standing != Standing::Gone && found != missing.end()) {
      missing.erase(found);
      if (entry.standing == Standing::Planned && !planned) planned = number;
      continue;
    }
    if (entry.standing == Standing::Planned) {
      drop(number);
      continue;
    }
    is_settled = false;
    if (entry.standing == Standing::Stands && entry.due <= now) {
      entry.standing = Standing::Cancelling;
      return Step{.act = Act::Cancel, .entry = number};
    }
  }
  if (!is_settled) return std::nullopt;
  const auto refusals = refusals_.find(symbol);
  if (refusals != refusals_.end() && refusals->second.until > now) return std::nullopt;
  plan(missing);
  if (!planned || entries_.at(*planned).version > kept_) return std::nullopt;
  Entry& entry = entries_.at(*planned);
  entry.standing = Standing::Placing;
  entry.sent = now;
  return Step{.act = Act::Place, .entry = *planned};
}

void OvernightBackup::plan(const std::vector<GttTerms>& missing) {
  if (missing.empty()) return;
  change();
  for (const GttTerms& terms : missing) {
    entries_[++last_entry_] = {
        .record = {.terms = terms, .id = {}}, .standing = Standing::Planned, .version = version_};
  }
}

std::optional<Timestamp> OvernightBackup::next_due(Timestamp now) const {
  std::optional<Timestamp> first;
  const auto add = [&first, now](Timestamp due) {
    if (due > now && (!first || due < *first)) first = due;
  };
  for (const auto& [number, entry] : entries_) {
    if (entry.standing == Standing::Unsure && !asking_book_) add(std::max(entry.due, book_due_));
    if (entry.standing == Standing::Gone && !asking_orders_) add(orders_due_);
    if (entry.standing == Standing::Stands) add(entry.due);
  }
  for (const auto& [symbol, refusals] : refusals_) add(refusals.until);
  return first;
}

// ---- What came of it.

void OvernightBackup::placed(std::uint64_t number, std::string_view id) {
  Entry& entry = entries_.at(number);
  entry.record.id = id;
  entry.standing = Standing::Stands;
  refusals_.erase(entry.record.terms.symbol);
  change();
  news_.push_back({"gtt_placed", entry.record});
}

void OvernightBackup::cancelled(std::uint64_t number) {
  news_.push_back({"gtt_cancelled", entries_.at(number).record});
  drop(number);
}

void OvernightBackup::refused(std::uint64_t number, Timestamp now) {
  Entry& entry = entries_.at(number);
  news_.push_back({"gtt_failed", entry.record});
  if (entry.standing == Standing::Cancelling) {
    ++entry.tries;
    return doubt(entry, now, now);  // It may have triggered.
  }
  Refusals& refusals = refusals_[entry.record.terms.symbol];
  refusals.until = now + kRefused * (1 << std::min(refusals.count++, kRefusedMost));
  drop(number);
}

void OvernightBackup::not_sent(std::uint64_t number, Timestamp now) {
  Entry& entry = entries_.at(number);
  if (entry.standing == Standing::Cancelling) {
    entry.standing = Standing::Stands;
    entry.due = now + kSendAgain;
    return;
  }
  refusals_[entry.record.terms.symbol].until = now + kSendAgain;
  drop(number);
}

void OvernightBackup::unknown(std::uint64_t number, Timestamp now) {
  Entry& entry = entries_.at(number);
  news_.push_back({"gtt_unknown", entry.record});
  doubt(entry, now, now + kSendAgain);
}

void OvernightBackup::doubt(Entry& entry, Timestamp now, Timestamp due) {
  entry.standing = Standing::Unsure;
  entry.since = now;
  entry.due = due;
}

// An answer that is on its way does not know.
void OvernightBackup::doubt_all(const std::string& symbol, Timestamp now) {
  for (auto& [number, entry] : entries_) {
    const bool is_there = entry.standing == Standing::Stands || entry.standing == Standing::Unsure;
    if (is_there && entry.record.terms.symbol == symbol) doubt(entry, now, now);
  }
}

void OvernightBackup::go(Entry& entry) {
  entry.standing = Standing::Gone;
  news_.push_back({"gtt_gone", entry.record});
}

void OvernightBackup::take_book(std::span<const GttRow> rows, Timestamp asked, Timestamp now) {
  asking_book_ = false;
  book_tries_ = 0;
  for (auto& [number, entry] : entries_) {
    if (entry.standing == Standing::Unsure && entry.since <= asked) {
      look_up(entry, rows, asked, now);
    }
  }
}

void OvernightBackup::look_up(Entry& entry, std::span<const GttRow> rows, Timestamp asked,
                              Timestamp now) {
  // The row of one that is like it, and about to be answered, could be taken for this one's.
  const bool is_ambiguous =
      entry.record.id.empty() && std::ranges::any_of(entries_, [&entry](const auto& item) {
        return item.second.standing == Standing::Placing &&
               protects_alike(item.second.record.terms, entry.record.terms);
      });
  if (is_ambiguous) {
    entry.due = now + kSendAgain;
    return;
  }
  const auto found = std::ranges::find_if(rows, [&](const GttRow& row) {
    if (!entry.record.id.empty()) return row.id == entry.record.id;
    return is_plain_id(row.id) && !has_ended(row) && is_row_of(row, entry.record.terms) &&
           !is_known(row.id);
  });
  if (found != rows.end() && !has_ended(*found)) {
    if (entry.record.id.empty()) {
      entry.record.id = found->id;
      change();
      news_.push_back({"gtt_placed", entry.record});
    }
    entry.standing = Standing::Stands;
    entry.due = now + kSendAgain * std::min(entry.tries, kTriesMost);
    return;
  }
  // Nothing is final of a request that may still arrive.
  if (entry.record.id.empty() && asked < entry.sent + kArrived) {
    entry.due = entry.sent + kArrived;
    return;
  }
  go(entry);
}

bool OvernightBackup::is_known(const std::string& id) const {
  return std::ranges::any_of(entries_,
                             [&id](const auto& item) { return item.second.record.id == id; });
}

void OvernightBackup::book_failed(Timestamp now) {
  asking_book_ = false;
  book_due_ = now + kSendAgain * std::min(++book_tries_, kTriesMost);
}

std::vector<std::string> OvernightBackup::take_orders(std::span<const OrderRow> rows,
                                                      Timestamp now) {
  asking_orders_ = false;
  orders_tries_ = 0;
  std::vector<std::string> strays;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto& [number, entry] = *at++;
    if (entry.standing != Standing::Gone) continue;
    const GttTerms& terms = entry.record.terms;
    const std::size_t before = strays.size();
    for (const OrderRow& row : rows) {
      if (is_triggered_leg(row, terms)) strays.push_back(row.id);
    }
    if (strays.size() > before) continue;  // Of two that are alike, each waits for both.
    const std::string symbol = terms.symbol;
    drop(number);
    uncompared_.insert(symbol);
    // What has happened to one may have happened to the others since.
    doubt_all(symbol, now);
  }
  if (!strays.empty()) orders_due_ = now + kSendAgain;
  return strays;
}

void OvernightBackup::orders_failed(Timestamp now) {
  asking_orders_ = false;
  orders_due_ = now + kSendAgain * std::min(++orders_tries_, kTriesMost);
}

bool OvernightBackup::is_clear(const std::string& symbol) const {
  return !uncompared_.contains(symbol) &&
         std::ranges::none_of(entries_, [&symbol](const auto& item) {
           return item.second.record.terms.symbol == symbol;
         });
}

std::vector<GttRecord> OvernightBackup::records() const {
  std::vector<GttRecord> all;
  for (const auto& [number, entry] : entries_) all.push_back(entry.record);
  return all;
}

void OvernightBackup::drop(std::uint64_t number) {
  entries_.erase(number);
  change();
}

}  // namespace tranchet::fyers
