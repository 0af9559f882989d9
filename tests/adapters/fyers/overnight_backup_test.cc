// Nights and mornings at a venue whose answers come late or never, with orders that trigger, wishes
// that change and lives that end at any moment: never two exits for one quantity.
#include "adapters/fyers/overnight_backup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "backtest/wargame/random.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

constexpr Duration kSecond = Duration::seconds(1);
constexpr int kPending = 6;

struct NightWeather {
  std::uint32_t lost = 0;     // Of a hundred requests, and of a hundred answers.
  std::int64_t slowest = 50;  // Milliseconds, each way.
  std::uint32_t refused = 0;  // Of a hundred places.
  std::uint32_t trades = 0;   // Of a thousand steps: one triggers, or what it has become fills.
  std::uint32_t cuts = 0;     // Of a thousand steps: the engine has to compare its books.
  std::uint32_t deaths = 0;   // Of a thousand steps.
};

// One symbol, one or two tranches of 10. The venue, the way to it, and the engine's wishes.
class World {
 public:
  World(std::uint64_t seed, const NightWeather& weather)
      : random_(seed, "night"),
        weather_(weather),
        tranches_(static_cast<std::size_t>(random_.between(std::int64_t{1}, 2))),
        held_(tranches_),
        known_(tranches_) {
    book_.push_back({.id = "F1", .terms = terms(), .status = kPending, .is_ours = false});
    book_.back().terms.below->trigger = 570_px;
    backup_.begin(now_);
  }

  void live(int steps, bool is_closed) {
    is_closed_ = is_closed;
    for (int step = 0; step < steps; ++step) {
      move(Duration::milliseconds(random_.between(std::int64_t{10}, 400)));
      if (is_closed && random_.percent(2)) stop_ = stop_ == 580_px ? 590_px : 580_px;
      if (random_.per_mille(weather_.trades)) trade();
      if (random_.per_mille(weather_.cuts)) is_compared_ = false;
      if (random_.per_mille(weather_.deaths)) die();
      if (testing::Test::HasFailure()) return;
    }
  }
  // Everything arrives from now on, and is answered. A place that was refused is tried again within
  // minutes.
  void calm() {
    weather_ = {};
    for (int step = 0; step < 3'000; ++step) move(Duration::milliseconds(250));
  }
  void change(const NightWeather& weather) { weather_ = weather; }
  bool is_open() const { return !is_closed_ && backup_.is_clear(symbol()); }
  // At the venue: what may still sell.
  std::size_t exits() const {
    return static_cast<std::size_t>(std::ranges::count_if(book_, is_exit)) + strays_.size();
  }
  std::size_t held() const { return held_; }
  bool stands_as_wished() const {
    return std::ranges::all_of(book_, [this](const Gtt& gtt) {
      return !is_exit(gtt) || protects_alike(gtt.terms, terms());
    });
  }
  std::size_t records() const { return backup_.records().size(); }

 private:
  struct Gtt {
    std::string id;
    GttTerms terms;
    int status = kPending;
    bool is_ours = true;
  };
  struct Due {
    Timestamp at;
    int life = 0;  // 0: whichever; a request arrives whoever has sent it.
    std::function<void()> happens;
  };

  static std::string symbol() { return "NSE:SBIN-EQ"; }
  static bool is_exit(const Gtt& gtt) { return gtt.is_ours && gtt.status == kPending; }
  GttTerms terms() const {
    return {.symbol = symbol(),
            .product = Product::Cnc,
            .side = Side::Sell,
            .quantity = 10_qty,
            .above = GttLeg{.trigger = 620_px, .limit = 601.4_px},
            .below = GttLeg{.trigger = stop_, .limit = 560_px}};
  }
  void later(Duration after, int life, std::function<void()> happens) {
    due_.push_back({now_ + after, life, std::move(happens)});
  }
  Duration way() {
    return Duration::milliseconds(random_.between(std::int64_t{1}, weather_.slowest));
  }

  void move(Duration time) {
    now_ = now_ + time;
    for (std::size_t at = 0; at < due_.size();) {
      if (due_[at].at > now_) {
        ++at;
        continue;
      }
      const Due due = std::move(due_[at]);
      due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(at));
      if (due.life == 0 || due.life == life_) due.happens();
      at = 0;
    }
    wish();
    keep();
    while (const auto step = backup_.next(now_)) send(*step);
    compare();
    judge();
  }

  void wish() {
    if (!is_compared_) return backup_.want(symbol(), std::nullopt, now_);
    if (is_closed_) return backup_.want(symbol(), std::vector<GttTerms>(known_, terms()), now_);
    backup_.want(symbol(), std::vector<GttTerms>(), now_);
  }
  // A write takes a while, and only then a place may leave.
  void keep() {
    const std::uint64_t version = backup_.version();
    if (version == written_) return;
    written_ = version;
    later(Duration::milliseconds(random_.between(std::int64_t{0}, 50)), life_,
          [this, version, records = backup_.records()] {
            disk_ = records;
            backup_.kept(version);
          });
  }
  void compare() {
    if (is_compared_ && !backup_.wants_comparison()) return;
    if (std::exchange(is_comparing_, true)) return;
    later(kSecond, life_, [this] {
      is_comparing_ = false;
      is_compared_ = true;
      known_ = held_;
      backup_.compared();
    });
  }

  // ---- The way to the venue and back. What was given up may arrive up to 11 s after it left.
  void send(const OvernightBackup::Step& step) {
    using Act = OvernightBackup::Act;
    const Timestamp sent = now_;
    const bool arrives = !random_.percent(weather_.lost);
    const bool is_answered = arrives && !random_.percent(weather_.lost);
    const Duration there = way();
    const Duration back = way();
    const bool in_time = is_answered && there + back < Duration::seconds(6);
    const auto answer = [this, in_time, back](std::function<void()> happens) {
      if (in_time) later(back, life_sent_, std::move(happens));
    };
    const std::uint64_t entry = step.entry;
    if (!in_time) {
      later(Duration::seconds(6), life_, [this, act = step.act, entry] {
        if (act == Act::AskBook) return backup_.book_failed(now_);
        if (act == Act::AskOrders) return backup_.orders_failed(now_);
        backup_.unknown(entry, now_);
      });
    }
    if (!arrives) return;
    std::function<void()> happens;
    switch (step.act) {
      case Act::Place:
        happens = [this, entry, answer, terms = backup_.record(entry).terms] {
          if (random_.percent(weather_.refused)) {
            return answer([this, entry] { backup_.refused(entry, now_); });
          }
          const std::string id = "G" + std::to_string(++last_id_);
          book_.push_back({.id = id, .terms = terms});
          answer([this, entry, id] { backup_.placed(entry, id); });
        };
        break;
      case Act::Cancel:
        happens = [this, entry, answer, id = backup_.record(entry).id] {
          const auto found = std::ranges::find(book_, id, &Gtt::id);
          ASSERT_NE(found, book_.end());
          ASSERT_TRUE(found->is_ours) << "somebody else's";
          if (found->status != kPending) {
            return answer([this, entry] { backup_.refused(entry, now_); });
          }
          found->status = 1;
          answer([this, entry] { backup_.cancelled(entry); });
        };
        break;
      case Act::AskBook:
        happens = [this, answer, sent] {
          answer([this, sent, rows = rows()] { backup_.take_book(rows, sent, now_); });
        };
        break;
      case Act::AskOrders:
        happens = [this, answer] {
          answer([this, rows = strays_] {
            for (const std::string& id : backup_.take_orders(rows, now_)) {
              std::erase_if(strays_, [&id](const OrderRow& row) { return row.id == id; });
            }
          });
        };
        break;
    }
    later(there, 0, [this, happens, life = life_] {
      life_sent_ = life;
      happens();
    });
  }
  std::vector<GttRow> rows() const {
    std::vector<GttRow> all;
    for (const Gtt& gtt : book_) {
      all.push_back({.id = gtt.id,
                     .symbol = symbol(),
                     .product = "CNC",
                     .side = Side::Sell,
                     .is_oco = true,
                     .status = gtt.status,
                     .quantity = gtt.terms.quantity,
                     .trigger = gtt.terms.above->trigger,
                     .second_trigger = gtt.terms.below->trigger});
    }
    return all;
  }

  // ---- What happens there.
  // One triggers, and fills or rests where the price has run away; or one that rests fills.
  void trade() {
    if (!strays_.empty()) {
      strays_.pop_back();
      return sell();
    }
    const auto found = std::ranges::find_if(book_, is_exit);
    if (found == book_.end()) return;
    found->status = 2;
    if (random_.percent(50)) return sell();
    strays_.push_back({.id = "O" + std::to_string(++last_id_),
                       .symbol = symbol(),
                       .status = OrderStatus::Pending,
                       .side = Side::Sell,
                       .type = VenueOrderType::Limit,
                       .product = "CNC",
                       .quantity = 10_qty,
                       .limit_price = found->terms.below->limit});
  }
  void sell() {
    ASSERT_GT(held_, 0U) << "sold what is not there";
    --held_;
    if (random_.percent(50)) known_ = held_;  // The stream has told.
  }
  void die() {
    ++life_;
    backup_ = OvernightBackup(disk_);
    backup_.begin(now_);
    written_ = backup_.version();
    is_compared_ = is_comparing_ = false;
  }
  void judge() {
    EXPECT_LE(exits(), held_) << "more would be sold than is held";
    if (is_open()) {
      EXPECT_EQ(exits(), 0U) << "the engine protects it as well now";
    }
    EXPECT_EQ(book_.front().status, kPending);
  }

  Random random_;
  NightWeather weather_;
  std::size_t tranches_;
  std::size_t held_;   // At the venue, in tens.
  std::size_t known_;  // As the engine knows it.
  Price stop_ = 580_px;
  bool is_closed_ = true;
  bool is_compared_ = false;
  bool is_comparing_ = false;
  Timestamp now_ = Timestamp() + Duration::hours(1);
  OvernightBackup backup_{{}};
  std::uint64_t written_ = 0;
  std::vector<GttRecord> disk_;
  int life_ = 1;
  int life_sent_ = 1;
  std::vector<Due> due_;
  std::vector<Gtt> book_;
  std::vector<OrderRow> strays_;
  int last_id_ = 0;
};

void spend_nights(std::uint64_t first, const NightWeather& weather) {
  for (std::uint64_t seed = first; seed < first + 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, weather);
    world.live(200, true);
    world.calm();
    EXPECT_EQ(world.exits(), world.held());
    EXPECT_TRUE(world.stands_as_wished());
    world.change(weather);
    world.live(100, true);
    world.live(100, false);
    world.calm();
    EXPECT_TRUE(world.is_open());
    EXPECT_EQ(world.records(), 0U);
    if (testing::Test::HasFailure()) return;
  }
}

// One has triggered while the book was on its way here: cancelling the other would leave nothing.
TEST(OvernightBackup, AnAnswerFromBeforeTheWishDoesNotCount) {
  const GttTerms terms{.symbol = "NSE:SBIN-EQ",
                       .product = Product::Cnc,
                       .side = Side::Sell,
                       .quantity = 10_qty,
                       .above = {},
                       .below = GttLeg{.trigger = 580_px, .limit = 560_px}};
  const auto row = [](std::string id, std::int64_t status) {
    return GttRow{.id = std::move(id),
                  .symbol = "NSE:SBIN-EQ",
                  .product = "CNC",
                  .side = Side::Sell,
                  .is_oco = false,
                  .status = status,
                  .quantity = 10_qty,
                  .trigger = 580_px,
                  .second_trigger = {}};
  };
  const Timestamp asked = Timestamp() + kSecond;
  const Timestamp wished = asked + kSecond;
  OvernightBackup backup({{terms, "G1"}, {terms, "G2"}});
  backup.begin(asked);
  ASSERT_EQ(backup.next(asked)->act, OvernightBackup::Act::AskBook);
  backup.want(terms.symbol, std::vector<GttTerms>{terms}, wished);
  backup.take_book(std::vector{row("G1", 6), row("G2", 6)}, asked, wished);
  ASSERT_EQ(backup.next(wished)->act, OvernightBackup::Act::AskBook);
  backup.take_book(std::vector{row("G1", 2), row("G2", 6)}, wished, wished + kSecond);
  EXPECT_EQ(backup.next(wished + kSecond)->act, OvernightBackup::Act::AskOrders);
  EXPECT_FALSE(backup.next(wished + kSecond));
}

TEST(OvernightBackupWorlds, OnAGoodNetwork) {
  spend_nights(1, {});
}
TEST(OvernightBackupWorlds, WhereOrdersTrigger) {
  spend_nights(1'000, {.trades = 20, .cuts = 20});
}
TEST(OvernightBackupWorlds, WhereRequestsAndAnswersAreLostOrLate) {
  spend_nights(2'000, {.lost = 20, .slowest = 5'900, .refused = 10, .trades = 10, .cuts = 10});
}
TEST(OvernightBackupWorlds, ThroughRestarts) {
  spend_nights(3'000, {.lost = 10, .slowest = 4'000, .trades = 5, .deaths = 30});
}

}  // namespace
}  // namespace tranchet::fyers
