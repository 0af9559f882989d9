// Who is let in: one row a rule, as a story of requests and the answers to them.
#include "backtest/venue/front_door.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace tranchet {
namespace {

constexpr Timestamp kStart = Timestamp::from_nanoseconds(1'767'225'600'000'000'000);  // 2026.

const char* word(DoorAnswer answer) {
  switch (answer) {
    case DoorAnswer::Admitted:
      return "ok";
    case DoorAnswer::TooMany:
      return "429";
    case DoorAnswer::Banned:
      return "418";
    case DoorAnswer::NonceUsed:
      return "used";
    case DoorAnswer::NonceOld:
      return "old";
    case DoorAnswer::Maintenance:
      return "503";
  }
  return "?";
}

// Requests in words: `ask` or `order` with a nonce of its own, `ask:50` of weight 50, `order*3`
// three of them, `ask@-7` with a nonce 7 microseconds before the clock, `time@-7` signed by time,
// `again` with the bytes of the one before. Else: `+7` waits 7 ms, `closed` and `open` are the
// maintenance, `weight=`, `orders60=`, `orders10=`, `keep=` change a limit.
class DoorStory {
 public:
  DoorUsage usage() { return door_.usage(now_); }

  // "ok*3 429": answers that repeat are counted.
  std::string tell(const std::string& story) {
    std::istringstream in(story);
    for (std::string token; in >> token;) take(token);
    flush();
    return answers_;
  }

 private:
  void take(const std::string& token) {
    if (token[0] == '+') {
      now_ = now_ + Duration::milliseconds(std::stoll(token));
    } else if (token == "closed" || token == "open") {
      door_.set_maintenance(token == "closed");
    } else if (token.find('=') != std::string::npos) {
      change(token.substr(0, token.find('=')), token.substr(token.find('=') + 1));
    } else {
      ask(token);
    }
  }

  void change(const std::string& limit, const std::string& text) {
    const auto value = static_cast<std::uint32_t>(std::stoul(text));
    if (limit == "weight") limits_.weight_per_minute = value;
    if (limit == "orders60") limits_.orders_per_minute = value;
    if (limit == "orders10") limits_.orders_per_10_seconds = value;
    if (limit == "keep") limits_.nonces_kept = value;
    door_.set_limits(limits_);
  }

  void ask(const std::string& token) {
    const auto number_after = [&token](char mark, std::int64_t otherwise) {
      const std::size_t at = token.find(mark);
      return at == std::string::npos ? otherwise : std::stoll(token.substr(at + 1));
    };
    for (std::int64_t count = number_after('*', 1); count > 0; --count) {
      if (!token.starts_with("again")) {
        const std::int64_t offset =
            token.find('@') != std::string::npos ? number_after('@', 0) : ++nonces_;
        const std::int64_t clock = now_.nanoseconds() / 1'000;
        request_ = {.nonce = static_cast<std::uint64_t>(clock + offset),
                    .weight = static_cast<std::uint32_t>(number_after(':', 1)),
                    .is_order = token.starts_with("order"),
                    .signing = token.starts_with("time") ? Signing::Time : Signing::Nonce};
      }
      note(word(door_.admit(request_, now_)));
    }
  }

  void note(const std::string& answer) {
    if (answer != last_) flush();
    last_ = answer;
    ++repeats_;
  }
  void flush() {
    if (repeats_ == 0) return;
    if (!answers_.empty()) answers_ += ' ';
    answers_ += last_;
    if (repeats_ > 1) answers_ += "*" + std::to_string(repeats_);
    repeats_ = 0;
  }

  DoorLimits limits_;
  FrontDoor door_{limits_};
  Timestamp now_ = kStart;
  SignedRequest request_;
  std::int64_t nonces_ = 0;
  std::string answers_;
  std::string last_;
  int repeats_ = 0;
};

struct VisitRow {
  const char* story;
  const char* answers;
  const char* rule;
};

constexpr const char* kWeight = "REQUEST_WEIGHT: 2400 a minute";
constexpr const char* kOrders10 = "ORDERS: 300 in 10 seconds";
constexpr const char* kOrders60 = "ORDERS: 1200 a minute";
constexpr const char* kBan = "418: 429s were ignored";
constexpr const char* kMaintenance = "503: nothing is carried out or counted";
constexpr const char* kWindow = "-4225: nonce within 10 s of the venue's clock";
constexpr const char* kOnce = "-4225: a nonce once";
constexpr const char* kKept = "-4225: the highest 100 are kept, below them nothing is new";
constexpr const char* kReceive = "-1021: recvWindow 5 s, at most 1 s ahead";
constexpr const char* kChanged = "limits that change hold at once";

const VisitRow kVisitRows[] = {
    {"ask:2400 ask", "ok 429", kWeight},
    {"ask:1200 ask:1201 ask:1200 ask", "ok 429 ok 429", kWeight},
    {"order:2400 ask", "ok 429", kWeight},
    {"ask:2400 +59999 ask +1 ask", "ok 429 ok", kWeight},
    {"ask:1400 +30000 ask:1000 +29999 ask +1 ask:1400 ask", "ok*2 429 ok 429", kWeight},
    {"ask:2400 ask:2400 +60000 ask:2400", "ok 429 ok", "a refused request uses nothing up"},

    {"order*300 order ask", "ok*300 429 ok", kOrders10},
    {"order*300 +9999 order +1 order*300 order", "ok*300 429 ok*300 429", kOrders10},
    {"order*150 +5000 order*150 +4999 order +1 order*150 order", "ok*300 429 ok*150 429",
     kOrders10},
    {"ask*300 order", "ok*301", "ORDERS: orders only"},
    {"order*300 +10000 order*300 +10000 order*300 +10000 order*300 +10000 order ask "
     "+19999 order +1 order*300 order",
     "ok*1200 429 ok 429 ok*300 429", kOrders60},

    {"ask:2400 ask*10 ask", "ok 429*10 418", kBan},
    {"ask:2400 ask*11 +60000 ask +59999 ask +1 ask", "ok 429*10 418*3 ok", kBan},
    {"ask:2400 ask*10 +60000 ask:2400 ask*10 ask", "ok 429*10 ok 429*10 418",
     "418: only those of the last minute"},
    {"ask:2400 ask*11 +120000 ask:2400 ask*11", "ok 429*10 418 ok 429*10 418",
     "418: after a ban one may come again"},
    {"ask:2400 ask*11 closed ask", "ok 429*10 418*2", "418: before everything else"},

    {"closed ask:2400 ask*100 open ask:2400 ask", "503*101 ok 429", kMaintenance},
    {"closed order open again again", "503 ok used", kMaintenance},

    {"ask@-10000000 ask@-10000001", "ok old", kWindow},
    {"ask@10000000 ask@10000001", "ok old", kWindow},
    {"ask +10000 again", "ok used", kWindow},
    {"ask@0 +10001 again", "ok old", kWindow},
    {"ask again again", "ok used*2", kOnce},
    {"order again", "ok used", kOnce},
    {"order*300 order +10000 again again", "ok*300 429 ok used", "429 leaves the nonce unused"},
    {"ask:1200 again ask", "ok used 429", "a refused nonce has cost its weight"},
    {"orders10=2 order again again order order", "ok used*2 ok 429", "a refused nonce is no order"},
    {"ask@-5000 ask*99 ask@-5000 ask ask@-5000", "ok*100 used ok old", kKept},
    {"ask*100 ask@-1", "ok*100 old", kKept},
    {"ask*99 ask@-1", "ok*100", kKept},
    {"ask@-5000 ask*99 ask@-4000 ask@-4000", "ok*101 used", kKept},
    {"ask@-5000 ask*99 ask@-4000 ask@-4500", "ok*101 old", kKept},

    {"time@-5000000 time@-5000001", "ok old", kReceive},
    {"time@999999 time@1000000", "ok old", kReceive},
    {"time@0 again again", "ok*3", "signed by time: may be sent again"},
    {"time@0 ask@0", "ok*2", "signed by time: no nonce is used"},

    {"order*5 orders10=5 order orders10=6 order order", "ok*5 429 ok 429", kChanged},
    {"weight=3 ask:4 ask:3 ask", "429 ok 429", kChanged},
    {"orders60=2 order +30000 order +29999 order +1 order", "ok*2 429 ok", kChanged},
    {"ask@1 ask@2 ask@3 keep=2 ask@1 ask@2", "ok*3 old used", kChanged},
    {"ask:2400 ask*11 weight=9999 ask", "ok 429*10 418*2", "no limit lifts a ban"},
};

TEST(FrontDoor, LetsInWhomTheRulesLetIn) {
  for (const VisitRow& row : kVisitRows) {
    SCOPED_TRACE(testing::Message() << row.story << " | " << row.rule);
    DoorStory story;
    EXPECT_EQ(story.tell(row.story), row.answers);
  }
}

// weight 1m / orders 1m / orders 10s, after the story.
struct UsageRow {
  const char* story;
  DoorUsage usage;
};

const UsageRow kUsageRows[] = {
    {"", {0, 0, 0}},
    {"ask:7 order:2", {9, 1, 1}},
    {"order*3 +9999", {3, 3, 3}},
    {"order*3 +10000", {3, 3, 0}},
    {"order*3 +30000 ask:5 +29999", {8, 3, 0}},
    {"order*3 +30000 ask:5 +30000", {5, 0, 0}},
    {"order again", {2, 1, 1}},
    {"closed order*3", {0, 0, 0}},
    {"weight=3 order:2 order:2", {2, 1, 1}},
};

TEST(FrontDoor, SaysWhatHasBeenUsed) {
  for (const UsageRow& row : kUsageRows) {
    SCOPED_TRACE(row.story);
    DoorStory story;
    story.tell(row.story);
    const DoorUsage usage = story.usage();
    EXPECT_EQ(usage.weight_1m, row.usage.weight_1m);
    EXPECT_EQ(usage.orders_1m, row.usage.orders_1m);
    EXPECT_EQ(usage.orders_10s, row.usage.orders_10s);
  }
}

}  // namespace
}  // namespace tranchet
