// Every kind of request, answered in every way in which a venue or a network fails: each has a
// defined outcome that people are told of, nothing is sent twice that might have been carried out,
// and a stop leaves whatever went before it.
#include <functional>

#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

enum class Outcome : std::uint8_t {
  Unknown = 1,  // Carried out, or not.
  NotNow,
  BadToken,
  NeverLeft,
};

struct Fault {
  std::string_view name;
  Outcome outcome{};
  int status = 0;  // 0: there is no answer.
  std::string_view body;
};

constexpr std::string_view kTooMany = R"({"s":"error","code":-429,"message":"request limit"})";
constexpr auto kFaults = std::to_array<Fault>({
    {"code 201", Outcome::Unknown, 200, R"({"s":"error","code":201,"message":"no word"})"},
    {"status 201", Outcome::Unknown, 201, R"({"s":"ok","code":1101,"message":"","id":"1"})"},
    {"500", Outcome::Unknown, 500, R"({"s":"error","code":-99,"message":"internal"})"},
    {"503 of a proxy", Outcome::Unknown, 503, "<html>Service Unavailable</html>"},
    {"504 without a body", Outcome::Unknown, 504, ""},
    {"200 without a body", Outcome::Unknown, 200, ""},
    {"200 that is cut", Outcome::Unknown, 200, R"({"s":"ok","code":200,"mess)"},
    {"200 of a list", Outcome::Unknown, 200, "[]"},
    {"time-out", Outcome::Unknown, 0, "time-out"},
    {"hang-up", Outcome::Unknown, 0, "hang-up"},
    {"429", Outcome::NotNow, 429, kTooMany},
    {"200 that says -429", Outcome::NotNow, 200, kTooMany},
    {"429 without a body", Outcome::NotNow, 429, ""},
    {"401", Outcome::BadToken, 401, R"({"s":"error","code":-8,"message":"token expired"})"},
    {"401 without a body", Outcome::BadToken, 401, ""},
    {"no connection", Outcome::NeverLeft, 0, "no connection"},
});

class FyersFaults : public FyersShell {
 protected:
  // What each fault is caused in: a core of its own, with nothing under way.
  void reset(const CoreOptions& options) {
    options_ = options;
    steady_ = Timestamp() + Duration::seconds(100);
    prices_ = true;
    sent_.clear();
    said_.clear();
    connect();
  }
  void cause(const Fault& fault, std::string_view label) {
    const HttpRequest request = take(label);
    if (fault.status != 0) {
      core_->on_answer(request.id, {.status = fault.status, .headers = {}, .body = fault.body},
                       now());
    } else if (fault.body == "time-out") {
      pass(Duration::seconds(6));
    } else {
      core_->on_no_answer(request.id, fault.body == "hang-up", now());
    }
    pump();
  }
  std::size_t count_sent(std::string_view label) const {
    return static_cast<std::size_t>(std::ranges::count(sent_, label, &HttpRequest::label));
  }
  // Protection is the last thing to go: three seconds after the fault at most.
  void expect_a_stop_leaves() {
    sent_.clear();
    submit(90, Purpose::StopLoss);
    pass(Duration::seconds(3));
    EXPECT_EQ(count_sent("POST orders"), 1U);
  }
  OrderId stand() {
    const OrderId target = submit(1, Purpose::TakeProfit);
    answer("POST orders", taken_body("26113000000001"));
    hear(order_news(target, {.type = 1, .limit = "620"}));
    pass(Duration::seconds(1));
    events();
    return target;
  }
};

// ---- What changes orders.

struct Change {
  std::string_view label;
  std::size_t orders = 1;
  bool is_entry = false;
  std::function<void()> make;
};

class FyersChanges : public FyersFaults {
 protected:
  std::vector<Change> changes() {
    return {
        {"POST orders", 1, true, [this] { submit(1, Purpose::Entry); }},
        {"POST orders", 1, false, [this] { submit(1, Purpose::StopLoss); }},
        {"POST multi-order", 2, true,
         [this] {
           submit({made(1, Purpose::Entry), made(2, Purpose::Entry)});
         }},
        {"POST multi-order", 2, false,
         [this] {
           submit({made(1, Purpose::StopLoss), made(2, Purpose::TakeProfit)});
         }},
        {"PATCH orders", 1, false,
         [this] {
           AmendOrder amend{.order = stand(), .quantity = 15_qty, .limit_price = 625_px};
           amend.instrument = InstrumentId{1};
           submit({amend});
         }},
        {"DELETE orders", 1, false, [this] { ask<CancelOrder>(stand()); }},
    };
  }
  static std::size_t count_refusals(const std::vector<EventBody>& all, RejectReason reason) {
    const auto has = [reason](const auto& rejected) { return rejected.reason == reason; };
    return static_cast<std::size_t>(std::ranges::count_if(only<OrderRejected>(all), has) +
                                    std::ranges::count_if(only<AmendRejected>(all), has) +
                                    std::ranges::count_if(only<CancelRejected>(all), has));
  }
  static std::size_t count_answers(const std::vector<EventBody>& all) {
    return only<OutcomeUnknown>(all).size() + only<OrderRejected>(all).size() +
           only<AmendRejected>(all).size() + only<CancelRejected>(all).size();
  }
  void expect_outcome(const Change& change, const Fault& fault, const std::vector<EventBody>& all) {
    EXPECT_NE(faults(all), "") << "nobody is told why";
    switch (fault.outcome) {
      case Outcome::Unknown:
        EXPECT_EQ(only<OutcomeUnknown>(all).size(), change.orders);
        break;
      case Outcome::NotNow:
        EXPECT_EQ(count_refusals(all, RejectReason::RateLimited), change.orders);
        break;
      case Outcome::BadToken:
        EXPECT_EQ(count_refusals(all, RejectReason::Other), change.orders);
        EXPECT_EQ(only<EntriesHalted>(all).size(), 1U);
        break;
      case Outcome::NeverLeft:
        EXPECT_EQ(count_refusals(all, RejectReason::Other), change.is_entry ? change.orders : 0U);
        break;
    }
    const bool goes_on = fault.outcome == Outcome::NeverLeft && !change.is_entry;
    EXPECT_EQ(count_answers(all), goes_on ? 0U : change.orders) << "one answer each";
  }
};

TEST_F(FyersChanges, HaveOneOutcomeEachAndAreNotSentTwice) {
  const CoreOptions options = options_;
  for (const Change& change : changes()) {
    for (const Fault& fault : kFaults) {
      SCOPED_TRACE(std::string(change.label) + (change.is_entry ? " of entries: " : ": ") +
                   std::string(fault.name));
      reset(options);
      change.make();
      cause(fault, change.label);
      expect_outcome(change, fault, events());
      // By itself it is sent again only where it is certain that nothing has left.
      pass(Duration::seconds(120));
      const bool goes_on = fault.outcome == Outcome::NeverLeft && !change.is_entry;
      EXPECT_EQ(count_sent(change.label), goes_on ? 1U : 0U);
      // That nobody answers either.
      EXPECT_EQ(count_answers(events()), goes_on ? change.orders : 0U);
    }
  }
}

TEST_F(FyersChanges, AreNotInTheWayOfAStop) {
  const CoreOptions options = options_;
  for (const Change& change : changes()) {
    for (const Fault& fault : kFaults) {
      SCOPED_TRACE(std::string(change.label) + ": " + std::string(fault.name));
      reset(options);
      change.make();
      cause(fault, change.label);
      if (fault.outcome == Outcome::NeverLeft) continue;  // It is on its way again beside the stop.
      expect_a_stop_leaves();
    }
  }
}

// The engine asks about what is unknown, and hears what became of it.
TEST_F(FyersChanges, ThatNobodyKnowsOfAreFoundInTheBook) {
  const CoreOptions options = options_;
  for (const Change& change : changes()) {
    for (const Fault& fault : kFaults) {
      if (fault.outcome != Outcome::Unknown) continue;
      SCOPED_TRACE(std::string(change.label) + ": " + std::string(fault.name));
      reset(options);
      change.make();
      cause(fault, change.label);
      const auto unknown = only<OutcomeUnknown>();
      ASSERT_EQ(unknown.size(), change.orders);
      for (const OutcomeUnknown& one : unknown) {
        ask<QueryOrder>(one.order);
        answer("GET orders by tag", book(book_row(one.order, {.type = 1, .limit = "620"})));
        const auto answered = only<QueryAnswered>();
        ASSERT_EQ(answered.size(), 1U);
        EXPECT_EQ(answered[0].order, one.order);
        EXPECT_EQ(answered[0].status, QueryStatus::New);
      }
      EXPECT_EQ(count_sent(change.label), 0U);
    }
  }
}

// An answer that says yes and not to what: an order without a number, a list without rows.
TEST_F(FyersChanges, ThatAreTakenWithoutAWordOfWhatAreUnknown) {
  const CoreOptions options = options_;
  for (const Change& change : changes()) {
    SCOPED_TRACE(std::string(change.label));
    reset(options);
    change.make();
    answer(change.label, R"({"s":"ok","code":200,"message":""})");
    pass(Duration::seconds(3));  // What is taken may be told of within two.
    EXPECT_EQ(only<OutcomeUnknown>().size(), change.orders);
    EXPECT_EQ(count_sent(change.label), 0U);
  }
}

// ---- What only asks.

struct Question {
  std::string_view label;
  std::function<void(CoreOptions&)> prepare;
  std::function<void()> make;
  std::function<bool()> succeeds;  // Answered well from now on.
  std::string_view again;          // What is asked after a failure.
};

class FyersQuestions : public FyersFaults {
 protected:
  // Up to the part that is asked about here, which is the `skipped`th with its label.
  void begin_snapshot(std::string_view until, int skipped = 0) {
    submit({RequestSnapshot{}});
    answer_parts(until, skipped);
  }
  void answer_parts(std::string_view until, int skipped) {
    const std::vector<std::pair<std::string_view, std::string>> parts = {
        {"GET positions", positions("")},
        {"GET orders", book("")},
        {"GET tradebook", trades("")},
        {"GET funds", funds()},
        {"GET holdings", R"({"s":"ok","code":200,"message":"","holdings":[]})"},
        {"GET positions", positions("")}};
    for (const auto& [label, body] : parts) {
      if (label == until && skipped-- == 0) return;
      answer(label, body);
    }
  }
  bool has_snapshot() {
    answer_parts("", 0);
    return only<SnapshotEnded>().size() == 1;
  }
  static void hold_shares(CoreOptions& options) { options.symbols[0].product = Product::Cnc; }
  static void keep_hours(CoreOptions& options) {
    options.hours = TradingHours{.start = Duration::minutes(0),
                                 .end = Duration::minutes(24 * 60 - 1),
                                 .square_off = {},
                                 .utc_offset = Duration::minutes(330),
                                 .holidays = {},
                                 .extra_days = {}};
  }
  static void want_candles(CoreOptions& options) {
    options.candles.session_end = Duration::hours(10);
    options.candles.wanted.push_back({.symbol = std::string(kSymbol),
                                      .instrument = InstrumentId{1},
                                      .length = Duration::hours(4),
                                      .period = 5,
                                      .known = {}});
  }
  std::vector<Question> questions() {
    const auto snapshot = [this](std::string_view label, int skipped = 0) {
      return Question{label, hold_shares, [=, this] { begin_snapshot(label, skipped); },
                      [this] { return has_snapshot(); },
                      // From its beginning: its parts belong together.
                      "GET positions"};
    };
    return {
        snapshot("GET positions"),
        snapshot("GET orders"),
        snapshot("GET tradebook"),
        snapshot("GET funds"),
        snapshot("GET holdings"),
        snapshot("GET positions", 1),
        {"GET orders by tag",
         {},
         [this] {
           stand();
           ask<QueryOrder>(made(1, Purpose::TakeProfit).order);
         },
         [this] {
           const OrderId order = made(1, Purpose::TakeProfit).order;
           answer("GET orders by tag", book(book_row(order, {.type = 1, .limit = "620"})));
           return only<QueryAnswered>().size() == 1;
         },
         "GET orders by tag"},
        {"POST symbol-token",
         {},
         [this] {
           core_->renew(token_until(now().wall + Duration::hours(20), now().wall), now());
           open_user();
         },
         [this] {
           answer("POST symbol-token", R"({"s":"ok","code":200,"message":"","validSymbol":)"
                                       R"({"NSE:SBIN-EQ":"10100000003045"},"invalidSymbol":[]})");
           return core_->wanted(Stream::Market).has_value();
         },
         "POST symbol-token"},
        {"GET quotes",
         {},
         [this] {
           core_->on_stream_closed(Stream::Market, attempt(Stream::Market), now());
           prices_ = false;
           pass(Duration::seconds(31));
           events();
         },
         [this] {
           answer("GET quotes", R"({"s":"ok","code":200,"message":"","d":[{"n":"NSE:SBIN-EQ",)"
                                R"("s":"ok","v":{"lp":601.5,"symbol":"NSE:SBIN-EQ"}}]})");
           std::vector<Occurrence> market;
           core_->take_market(market);
           return market.size() == 1;
         },
         "GET quotes"},
        {"GET marketStatus", keep_hours, [] {},
         [this] {
           events();
           answer("GET marketStatus",
                  R"({"s":"ok","code":200,"message":"","marketStatus":[{"exchange":10,)"
                  R"("segment":10,"market_type":"NORMAL","status":"OPEN"}]})");
           return only<AdapterFault>().empty();
         },
         "GET marketStatus"},
        {"GET history", want_candles, [] {},
         [this] {
           answer("GET history", R"({"s":"ok","candles":[[)" + std::to_string(kMonday - 36'000) +
                                     ",600,602,598,600,1000]]}");
           return only<CandleClosed>().size() == 1;
         },
         "GET history"},
    };
  }
};

TEST_F(FyersQuestions, AreAskedAgainAndPeopleAreToldWhy) {
  const CoreOptions plain = options_;
  std::vector<Fault> all(kFaults.begin(), kFaults.end());
  all.push_back({"200 without what was asked", Outcome::Unknown, 200, R"({"s":"ok","code":200})"});
  for (const Question& question : questions()) {
    for (const Fault& fault : all) {
      SCOPED_TRACE(std::string(question.label) + ": " + std::string(fault.name));
      CoreOptions options = plain;
      if (question.prepare) question.prepare(options);
      reset(options);
      question.make();
      cause(fault, question.label);
      const auto told = events();
      EXPECT_NE(faults(told), "") << "nobody is told why";
      EXPECT_EQ(only<OutcomeUnknown>(told).size(), 0U);
      EXPECT_EQ(only<QueryAnswered>(told).size(), 0U);
      EXPECT_EQ(only<SnapshotEnded>(told).size(), 0U);
      sent_.clear();
      // What is spare waits for a minute after a 429.
      for (int second = 0; second < 75 && count_sent(question.again) == 0; ++second) {
        pass(Duration::seconds(1));
      }
      EXPECT_EQ(count_sent(question.again), 1U);
      EXPECT_TRUE(question.succeeds());
    }
  }
}

TEST_F(FyersQuestions, AreNotInTheWayOfAStop) {
  const CoreOptions plain = options_;
  for (const Question& question : questions()) {
    for (const Fault& fault : kFaults) {
      SCOPED_TRACE(std::string(question.label) + ": " + std::string(fault.name));
      CoreOptions options = plain;
      if (question.prepare) question.prepare(options);
      reset(options);
      question.make();
      cause(fault, question.label);
      expect_a_stop_leaves();
    }
  }
}

}  // namespace
}  // namespace tranchet::fyers
