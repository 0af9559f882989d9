// The core by its bytes: orders out, and what answers and the stream say of them.
#include "tests/adapters/aster/aster_shell.h"

namespace tranchet::aster {
namespace {

TEST_F(AsterShell, AnOrderIsAcceptedOnceByAnswerAndStream) {
  begin();
  connect();
  const OrderId order = submit(4);
  hear("NEW", "NEW", order, 1'000);
  answer("POST order", order_body(order, "NEW", 1'000));
  EXPECT_EQ(only<OrderAccepted>().size(), 1U);
}

TEST_F(AsterShell, OldNewsAreDropped) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", order_body(order, "NEW", 1'000));
  hear("CANCELED", "CANCELED", order, 2'000);
  EXPECT_EQ(only<OrderCanceled>().size(), 1U);
  hear("CANCELED", "CANCELED", order, 2'000);
  hear("NEW", "NEW", order, 1'000);
  EXPECT_TRUE(events().empty());
}

TEST_F(AsterShell, UnknownOutcomes) {
  begin();
  connect();
  for (const auto& [status, body] : {std::pair(503, R"(<html>)"),
                                     {400, R"({"code":-1007,"msg":"Timeout"})"},
                                     {500, R"({"code":-1006,"msg":"?"})"},
                                     {200, R"({"orderId":1})"},
                                     {200, "{"}}) {
    static std::uint64_t sequence = 10;
    submit(++sequence);
    answer("POST order", body, status);
    EXPECT_EQ(only<OutcomeUnknown>().size(), 1U) << status << " " << body;
  }
  submit(50);
  pass(Duration::seconds(7));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  EXPECT_FALSE(is_sent("GET order"));  // Asking is the engine's.
}

TEST_F(AsterShell, WhatNeverLeftIsSentAgainUnlessItIsAnEntry) {
  begin();
  connect();
  submit(4);
  core_->on_no_answer(take("POST order").id, false, now());
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(2));
  EXPECT_TRUE(is_sent("POST order"));
  sent_.clear();
  pass(Duration::seconds(7));
  EXPECT_EQ(only<OutcomeUnknown>().size(), 1U);
  submit(5, Purpose::Entry);
  core_->on_no_answer(take("POST order").id, false, now());
  EXPECT_EQ(only<OrderRejected>().size(), 1U);
}

TEST_F(AsterShell, ABatchIsAnsweredOneByOne) {
  begin();
  connect();
  const std::vector<Command> orders = {made(4, Purpose::StopLoss), made(5, Purpose::StopLoss),
                                       made(6, Purpose::StopLoss)};
  core_->submit(orders, now().wall);
  pump();
  answer("POST batchOrders", "[" + order_body(std::get<SubmitOrder>(orders[0]).order, "NEW", 1) +
                                 R"(,{"code":-2021,"msg":"."},{"code":-1007,"msg":"."}])");
  const auto all = events();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<OrderAccepted>(all[0]));
  EXPECT_EQ(std::get<OrderRejected>(all[1]).reason, RejectReason::WouldTrigger);
  EXPECT_TRUE(std::holds_alternative<OutcomeUnknown>(all[2]));
}

TEST_F(AsterShell, ABatchThatFailsAsAWholeGoesOneByOne) {
  begin();
  connect();
  const std::vector<Command> orders = {made(4, Purpose::StopLoss), made(5, Purpose::StopLoss)};
  core_->submit(orders, now().wall);
  pump();
  answer("POST batchOrders", R"({"code":-4082,"msg":"Invalid number of batch place orders."})",
         400);
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(std::ranges::count(sent_, std::string_view("POST order"), &HttpRequest::label), 2);
}

TEST_F(AsterShell, RequestsOfOneOrderWaitForOneAnother) {
  begin();
  connect();
  const OrderId order = submit(4);
  ask<CancelOrder>(order);
  EXPECT_FALSE(is_sent("DELETE order"));
  answer("POST order", order_body(order, "NEW", 1'000));
  EXPECT_TRUE(is_sent("DELETE order"));
}

TEST_F(AsterShell, NotFoundIsFinalOnlyAfterTwelveSeconds) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", "", 503);
  events();
  ask<QueryOrder>(order);
  answer("GET order", R"({"code":-2013,"msg":"Order does not exist."})", 400);
  EXPECT_TRUE(events().empty());
  pass(Duration::seconds(11));
  EXPECT_FALSE(is_sent("GET order"));
  pass(Duration::seconds(1));
  answer("GET order", R"({"code":-2013,"msg":"Order does not exist."})", 400);
  const auto answered = only<QueryAnswered>();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].status, QueryStatus::NotFound);
}

TEST_F(AsterShell, AnAnswerThatIsOlderThanTheStreamIsAskedForAgain) {
  begin();
  connect();
  const OrderId order = submit(4);
  answer("POST order", order_body(order, "NEW", 1'000));
  ask<QueryOrder>(order);
  hear("CANCELED", "CANCELED", order, 2'000);
  answer("GET order", order_body(order, "NEW", 1'000));
  EXPECT_EQ(only<QueryAnswered>().size(), 0U);
  answer("GET order", order_body(order, "CANCELED", 2'000));
  EXPECT_EQ(only<QueryAnswered>().size(), 1U);
}

TEST_F(AsterShell, ABanHoldsEverythingAndEntriesAreRefused) {
  begin();
  connect();
  submit(4);
  answer("POST order", R"({"code":-1003,"msg":"Way too many requests."})", 418,
         {{"Retry-After", "60"}});
  EXPECT_EQ(only<OrderRejected>().at(0).reason, RejectReason::RateLimited);
  submit(5, Purpose::Entry);
  EXPECT_EQ(only<OrderRejected>().at(0).reason, RejectReason::RateLimited);
  submit(6);
  pass(Duration::seconds(59));
  EXPECT_FALSE(is_sent("POST order"));
  pass(Duration::seconds(2));
  EXPECT_TRUE(is_sent("POST order"));
}

}  // namespace
}  // namespace tranchet::aster
