#include "adapters/aster/account_survey.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "adapters/port/json.h"
#include "adapters/aster/requests.h"
#include "adapters/aster/rest_messages.h"
#include "adapters/aster/written_request.h"

namespace tranchet::aster {
namespace {

// A busy account may fill in between; then all is asked again.
constexpr int kRounds = 5;

// What is in a row beside what the trading core wants of it.
struct PositionExtra {
  Price mark;
  Price liquidation;
};

Read<std::vector<PositionExtra>> read_position_extras(std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(parsed.error());
  std::vector<PositionExtra> extras;
  for (const Json& item : parsed->items) {
    Fields fields(item, "");
    extras.push_back({fields.decimal_or_zero<Price>("markPrice"),
                      fields.decimal_or_zero<Price>("liquidationPrice")});
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  }
  return extras;
}

Read<std::vector<SurveyPosition>> read_survey_positions(std::string_view body) {
  const auto rows = read_positions(body);
  if (!rows) return std::unexpected(rows.error());
  const auto extras = read_position_extras(body);
  if (!extras) return std::unexpected(extras.error());
  std::vector<SurveyPosition> positions;
  for (std::size_t index = 0; index < rows->size(); ++index) {
    const PositionRow& row = (*rows)[index];
    if (row.amount.is_zero()) continue;
    const bool is_negative = row.amount.raw() < 0;
    const Price liquidation = (*extras)[index].liquidation;
    SurveyPosition position{
        .symbol = row.symbol,
        .side = book_of(row),
        .quantity = is_negative ? -row.amount : row.amount,
        .average = row.entry_price,
        .mark = (*extras)[index].mark,
        .liquidation = {},
        .leverage = row.leverage};
    if (liquidation.is_positive()) position.liquidation = liquidation;
    positions.push_back(std::move(position));
  }
  std::ranges::sort(positions, {}, [](const SurveyPosition& position) {
    return std::tie(position.symbol, position.side);
  });
  return positions;
}

Read<std::vector<SurveyOrder>> read_survey_orders(std::string_view body, std::uint8_t account) {
  const auto rows = read_orders(body);
  if (!rows) return std::unexpected(rows.error());
  std::vector<SurveyOrder> orders;
  for (const OrderRow& row : *rows) {
    const auto id = parse_order_id(row.client_id);
    const bool is_ours = id && parts_of(*id).account == account;
    orders.push_back(
        {.number = row.order,
         .id = is_ours ? *id : OrderId::None,
         .symbol = row.symbol,
         .position_side = book_of(row),
         .side = row.side,
         .type = row.type,
         .working_type = row.working_type,
         .quantity = row.quantity,
         .filled = row.filled,
         .remaining = row.filled < row.quantity ? row.quantity - row.filled : Quantity(),
         .closes_all = row.closes_all,
         .limit_price = row.limit_price,
         .stop_price = row.stop_price});
  }
  std::ranges::sort(orders, {}, &SurveyOrder::number);
  return orders;
}

bool are_the_same(const std::vector<SurveyPosition>& a, const std::vector<SurveyPosition>& b) {
  return std::ranges::equal(a, b, [](const SurveyPosition& x, const SurveyPosition& y) {
    return x.symbol == y.symbol && x.side == y.side && x.quantity == y.quantity;
  });
}

std::unexpected<std::string> flawed(const Call& call, const std::string& flaw) {
  return std::unexpected(std::string(call.label) + ": the answer's " + flaw);
}

std::string text_of(const Call& call, const AskAnswer& answer) {
  std::string text = std::string(call.label) + ": status " + std::to_string(answer.status);
  if (const auto error = read_error(answer.body)) {
    text += ", code " + std::to_string(error->code) + ": " + error->message;
  }
  return text;
}

Call cancel_by_number_call(std::string_view symbol, std::int64_t number) {
  return {.method = HttpMethod::Delete,
          .path = "/order",
          .parameters = "symbol=" + std::string(symbol) + "&orderId=" + std::to_string(number),
          .cost = {.weight = 1},
          .label = "DELETE order"};
}

}  // namespace

VenueDesk::VenueDesk(const Signer& signer, Ask ask, std::function<Timestamp()> steady)
    : signer_(signer), ask_(std::move(ask)), steady_(std::move(steady)) {}

std::expected<AskAnswer, std::string> VenueDesk::answer_of(const Call& call) {
  const HttpRequest request =
      written_request(call, signer_, [this] { return clock_.nonce(steady_()); });
  auto answer = ask_(request);
  if (!answer) return std::unexpected(std::string(call.label) + ": " + answer.error());
  return answer;
}

std::expected<std::string, std::string> VenueDesk::body_of(const Call& call) {
  auto answer = answer_of(call);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return std::unexpected(text_of(call, *answer));
  return std::move(answer->body);
}

std::expected<void, std::string> VenueDesk::set_clock() {
  const Call call = server_time_call();
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  const auto time = read_server_time(*body);
  if (!time) return flawed(call, time.error());
  clock_.note(from_milliseconds(*time), steady_());
  return {};
}

std::expected<ExchangeInfo, std::string> VenueDesk::rules() {
  const Call call = exchange_info_call();
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  auto info = parse_exchange_info(*body);
  if (!info) return flawed(call, info.error());
  return info;
}

std::expected<AccountSurvey, std::string> VenueDesk::survey(std::uint8_t account) {
  if (auto set = set_clock(); !set) return std::unexpected(set.error());
  AccountSurvey survey;
  const Call mode_call = position_mode_call();
  const auto mode = body_of(mode_call);
  if (!mode) return std::unexpected(mode.error());
  const auto is_hedge = read_dual_side(*mode);
  if (!is_hedge) return flawed(mode_call, is_hedge.error());
  survey.mode = *is_hedge ? PositionMode::Hedge : PositionMode::OneWay;
  const Call positions_of = positions_call(signer_.root());
  const Call orders_of = open_orders_call();
  for (int round = 0; round < kRounds; ++round) {
    const auto before_body = body_of(positions_of);
    if (!before_body) return std::unexpected(before_body.error());
    const auto orders_body = body_of(orders_of);
    if (!orders_body) return std::unexpected(orders_body.error());
    const auto after_body = body_of(positions_of);
    if (!after_body) return std::unexpected(after_body.error());
    const auto before = read_survey_positions(*before_body);
    if (!before) return flawed(positions_of, before.error());
    auto after = read_survey_positions(*after_body);
    if (!after) return flawed(positions_of, after.error());
    auto orders = read_survey_orders(*orders_body, account);
    if (!orders) return flawed(orders_of, orders.error());
    if (!are_the_same(*before, *after)) continue;
    survey.positions = std::move(*after);
    survey.orders = std::move(*orders);
    return survey;
  }
  return std::unexpected("the account's positions changed during each of " +
                         std::to_string(kRounds) + " looks: try again when it is calmer");
}

std::expected<CancelOutcome, std::string> VenueDesk::cancel(std::string_view symbol,
                                                            std::int64_t number) {
  if (!clock_.offset()) {
    if (auto set = set_clock(); !set) return std::unexpected(set.error());
  }
  const Call call = cancel_by_number_call(symbol, number);
  const auto answer = answer_of(call);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return CancelOutcome::Cancelled;
  const auto error = read_error(answer->body);
  const bool is_gone = error && (error->code == -2011 || error->code == -2013);
  if (is_gone) return CancelOutcome::WasGone;
  return std::unexpected(text_of(call, *answer));
}

}  // namespace tranchet::aster
