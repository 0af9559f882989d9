// A live session that protects what is open and ends: entries are halted meanwhile, and the orders
// that the old bot has left are taken away as ours come to stand.
//
//   its entries and take-profits   first: none of them protects, and two take-profits would both
//                                  fill
//   its stops                      when all of their position stands under ours; or one by one, if
//                                  the venue has no room for ours beside them
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/cli/live_command.h"
#include "adapters/cli/venue_access.h"
#include "adapters/doctor/protection_progress.h"

namespace tranchet {

// An order of somebody else's that is to go.
struct RetiredOrder {
  std::int64_t number = 0;
  BookKey key;
  bool is_stop = false;
  std::string text;  // For people.
};

class ProtectErrand {
 public:
  struct Plan {
    VenueSettings venue;
    std::uint8_t account = 1;
    std::vector<RetiredOrder> retired;
    std::set<BookKey> held;  // Books that hold something; other ones need no stops.
  };
  // `tell` gets a line for people at a time.
  ProtectErrand(Plan plan, std::function<void(const std::string&)> tell);
  ~ProtectErrand();

  LiveErrand errand();

 private:
  std::expected<void, WriterFailure> prepare();
  void start(Writer& writer, Inbox& inbox);
  void end();
  void watch(Writer& writer, Inbox& inbox);
  bool retire(const RetiredOrder& order);
  void retire_stops_of(const BookKey& key);
  void make_room(const BookKey& key);
  bool is_full(const std::string& symbol);
  bool rest();  // A little; false: the session is over.

  Plan plan_;
  std::function<void(const std::string&)> tell_;
  std::unique_ptr<VenueAccess> access_;
  std::vector<InstrumentRules> rules_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

}  // namespace tranchet
