// What protects carried positions while the exchange is closed: which good-till-triggered orders
// should stand at the venue, which do, and what is to be done next. Pure; whoever asks for the next
// step carries it out and says what came of it.
//
// One exit for one quantity: nothing is placed before the engine says what should stand, and a
// symbol is clear, so that orders of the day may be sent again, only once
//   - each of ours has been cancelled by an answer that says so; or
//   - it is gone from the venue's book of them, the order that it may have become does not rest
//     either, and the position has been compared with the venue's since.
// A request of unknown outcome is settled by that book before anything else of the symbol is sent.
// An order is in the records, and these are kept, before its request leaves: whatever kills the
// program, the next one knows what to look for. What is not in them is somebody else's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/gtt_terms.h"
#include "events/time.h"

namespace tranchet::fyers {

// For the notes.
struct GttNews {
  std::string_view event;  // gtt_placed, gtt_cancelled, gtt_gone, gtt_failed, gtt_unknown
  GttRecord record;
};

// Times are steady.
class OvernightBackup {
 public:
  enum class Act : std::uint8_t { Place = 1, Cancel, AskBook, AskOrders };
  struct Step {
    Act act{};
    std::uint64_t entry = 0;  // Place, Cancel: which.
  };

  // What a life before this one has left.
  explicit OvernightBackup(const std::vector<GttRecord>& records);
  // From now on. What was sent before may still arrive for a while.
  void begin(Timestamp now);

  // What should stand of a symbol. Nullopt: not known at the moment, and what stands may stay.
  void want(const std::string& symbol, const std::optional<std::vector<GttTerms>>& terms,
            Timestamp now);
  // Refused before, but something has changed.
  void try_again() { refusals_.clear(); }

  // Is under way from now on, until one of those below says what came of it.
  std::optional<Step> next(Timestamp now);
  std::optional<Timestamp> next_due(Timestamp now) const;  // Later than that.
  const GttRecord& record(std::uint64_t entry) const { return entries_.at(entry).record; }

  void placed(std::uint64_t entry, std::string_view id);
  void cancelled(std::uint64_t entry);
  void refused(std::uint64_t entry, Timestamp now);   // Of a place or a cancel: nothing was done.
  void not_sent(std::uint64_t entry, Timestamp now);  // The same, and the venue has not seen it.
  void unknown(std::uint64_t entry, Timestamp now);
  // `asked`: when the question left.
  void take_book(std::span<const GttRow> rows, Timestamp asked, Timestamp now);
  void book_failed(Timestamp now);
  // The day's orders. Ids of those that must be cancelled before it is asked again.
  std::vector<std::string> take_orders(std::span<const OrderRow> rows, Timestamp now);
  void orders_failed(Timestamp now);

  // Something is gone: the position must be compared with the venue's.
  bool wants_comparison() const { return !uncompared_.empty(); }
  void compared() { uncompared_.clear(); }
  bool is_clear(const std::string& symbol) const;

  // ---- The records, in the order in which they were made; kept on disk by somebody else.
  std::uint64_t version() const { return version_; }
  std::vector<GttRecord> records() const;
  void kept(std::uint64_t version) { kept_ = version; }

  std::vector<GttNews> take_news() { return std::exchange(news_, {}); }

 private:
  enum class Standing : std::uint8_t {
    Planned = 1,  // In the records, not sent.
    Placing,
    Unsure,  // The book is to be asked, from `due` on.
    Stands,  // Cancelled from `due` on where it is not wanted.
    Cancelling,
    Gone,  // What it may have become is to be looked for.
  };
  struct Entry {
    GttRecord record;
    Standing standing{};
    Timestamp sent;   // Placing.
    Timestamp since;  // Unsure.
    Timestamp due;
    int tries = 0;  // Of cancelling.
    std::uint64_t version = 0;
  };
  struct Refusals {
    int count = 0;
    Timestamp until;
  };
  using Entries = std::map<std::uint64_t, Entry>;

  std::optional<Step> settle(const std::string& symbol, const std::vector<GttTerms>& wanted,
                             Timestamp now);
  void plan(const std::vector<GttTerms>& missing);
  void doubt(Entry& entry, Timestamp now, Timestamp due);
  void doubt_all(const std::string& symbol, Timestamp now);
  void go(Entry& entry);
  void look_up(Entry& entry, std::span<const GttRow> rows, Timestamp asked, Timestamp now);
  bool is_known(const std::string& id) const;
  void change() { ++version_; }
  void drop(std::uint64_t entry);

  Entries entries_;
  std::uint64_t last_entry_ = 0;
  std::map<std::string, std::vector<GttTerms>> wanted_;
  std::map<std::string, Refusals> refusals_;
  std::set<std::string> uncompared_;
  bool asking_book_ = false;
  bool asking_orders_ = false;
  Timestamp book_due_;
  Timestamp orders_due_;
  int book_tries_ = 0;  // That have failed in a row.
  int orders_tries_ = 0;
  std::uint64_t version_ = 0;
  std::uint64_t kept_ = 0;
  std::vector<GttNews> news_;
};

}  // namespace tranchet::fyers
