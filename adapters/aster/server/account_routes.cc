#include "adapters/aster/server/account_routes.h"

#include <algorithm>
#include <limits>

#include "adapters/aster/server/account_messages.h"
#include "adapters/aster/server/signatures.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();
constexpr Duration kWeek = Duration::hours(7 * 24);

std::string done() {
  return R"({"code":200,"msg":"success"})";
}

Answer<bool> needed_flag(const Call& call, std::string_view name) {
  const auto given = call.parameters.needed(name);
  if (!given) return std::unexpected(given.error());
  const std::string value = lower_case(*given);
  if (value != "true" && value != "false") {
    return std::unexpected(
        VenueError{-1130, "Data sent for parameter '" + std::string(name) + "' is not valid."});
  }
  return value == "true";
}

void keep_newest(std::vector<std::string>& rows, std::size_t limit) {
  if (rows.size() > limit) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  }
}

}  // namespace

Answer<std::string> answer_balance(Call& call) {
  return json_array({balance_json(*call.account, call.milliseconds_now())});
}

Answer<std::string> answer_account(Call& call) {
  return account_json(*call.account, call.milliseconds_now());
}

Answer<std::string> answer_position_risk(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  std::vector<std::string> rows;
  for (const MarketBoard& each : call.boards) {
    if (*board != nullptr && *board != &each) continue;
    for (std::string& row : position_rows(*call.account, each, call.milliseconds_now())) {
      rows.push_back(std::move(row));
    }
  }
  return json_array(rows);
}

// At most 7 days; from an id on, or between times, never both.
Answer<std::string> answer_user_trades(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  const auto from_id = call.integer("fromId", 0);
  if (!from_id) return std::unexpected(from_id.error());
  const bool by_time = call.parameters.has("startTime") || call.parameters.has("endTime");
  if (by_time && call.parameters.has("fromId")) {
    return std::unexpected(VenueError{-1128, "Combination of optional parameters invalid."});
  }
  const auto until = call.integer("endTime", kForEver);
  if (!until) return std::unexpected(until.error());
  const std::int64_t week_ago = milliseconds(call.now - kWeek);
  const auto from = call.integer("startTime", by_time ? 0 : week_ago);
  if (!from) return std::unexpected(from.error());
  std::vector<std::string> rows;
  for (const AccountTrade& trade : call.account->trades()) {
    const bool wanted = trade.symbol == (*board)->listed().symbol && trade.id >= *from_id &&
                        trade.time >= *from && trade.time <= *until;
    if (!wanted) continue;
    rows.push_back(trade_json(trade));
    // From a beginning on, the oldest come first; else the newest are wanted.
    const bool forward = *from_id > 0 || call.parameters.has("startTime");
    if (forward && rows.size() == *limit) break;
  }
  keep_newest(rows, *limit);
  return json_array(rows);
}

Answer<std::string> answer_income(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(100, 1'000);
  if (!limit) return std::unexpected(limit.error());
  const auto from = call.integer("startTime", milliseconds(call.now - kWeek));
  if (!from) return std::unexpected(from.error());
  const auto until = call.integer("endTime", kForEver);
  if (!until) return std::unexpected(until.error());
  const std::string_view kind = call.parameters.text("incomeType");
  std::vector<std::string> rows;
  for (const Income& income : call.account->incomes()) {
    const bool wanted = (*board == nullptr || income.symbol == (*board)->listed().symbol) &&
                        (kind.empty() || income.kind == kind) && income.time >= *from &&
                        income.time <= *until;
    if (!wanted) continue;
    rows.push_back(income_json(income));
    if (call.parameters.has("startTime") && rows.size() == *limit) break;
  }
  keep_newest(rows, *limit);
  return json_array(rows);
}

Answer<std::string> answer_leverage_bracket(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  const auto bracket_of = [](const MarketBoard& each) {
    const std::string bracket =
        JsonObject()
            .number("bracket", 1)
            .number("initialLeverage", 125)
            .number("notionalCap", 100'000'000)
            .number("notionalFloor", 0)
            .json("maintMarginRatio",
                  decimal_text(each.listed().terms.maintenance_margin * (kDecimalOne / kPpmOne)))
            .number("cum", 0)
            .str();
    return JsonObject()
        .text("symbol", each.listed().symbol)
        .json("brackets", json_array({bracket}))
        .str();
  };
  if (*board != nullptr) return bracket_of(**board);
  std::vector<std::string> rows;
  for (const MarketBoard& each : call.boards) rows.push_back(bracket_of(each));
  return json_array(rows);
}

Answer<std::string> answer_commission_rate(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  return JsonObject()
      .text("symbol", (*board)->listed().symbol)
      .text("makerCommissionRate", decimal_text(call.account->parameters().maker_fee))
      .text("takerCommissionRate", decimal_text(call.account->parameters().taker_fee))
      .str();
}

Answer<std::string> answer_adl_quantile(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  const bool hedge = call.account->mode() == PositionMode::Hedge;
  std::vector<std::string> rows;
  for (const MarketBoard& each : call.boards) {
    if (*board != nullptr && *board != &each) continue;
    JsonObject quantile;
    if (hedge) {
      quantile.number("LONG", 0).number("SHORT", 0).number("HEDGE", 0);
    } else {
      quantile.number("BOTH", 0);
    }
    rows.push_back(JsonObject()
                       .text("symbol", each.listed().symbol)
                       .json("adlQuantile", quantile.str())
                       .str());
  }
  return json_array(rows);
}

Answer<std::string> answer_force_orders(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  std::vector<std::string> rows;
  for (const auto& [number, order] : call.account->orders()) {
    const bool forced =
        order.client_id.starts_with("autoclose-") || order.client_id == "adl_autoclose";
    const bool wanted = *board == nullptr || order.symbol == (*board)->listed().symbol;
    if (forced && wanted) rows.push_back(order_json(order, true));
  }
  return json_array(rows);
}

// ---- Settings.

Answer<std::string> answer_mode(Call& call) {
  return JsonObject().flag("dualSidePosition", call.account->mode() == PositionMode::Hedge).str();
}

Answer<std::string> answer_set_mode(Call& call) {
  const auto dual = needed_flag(call, "dualSidePosition");
  if (!dual) return std::unexpected(dual.error());
  const PositionMode mode = *dual ? PositionMode::Hedge : PositionMode::OneWay;
  if (auto set = call.account->set_mode(mode, call.now); !set) return std::unexpected(set.error());
  return done();
}

Answer<std::string> answer_multi_assets(Call& call) {
  return JsonObject().flag("multiAssetsMargin", call.account->multi_assets()).str();
}

Answer<std::string> answer_set_multi_assets(Call& call) {
  const auto on = needed_flag(call, "multiAssetsMargin");
  if (!on) return std::unexpected(on.error());
  if (auto set = call.account->set_multi_assets(*on); !set) return std::unexpected(set.error());
  return done();
}

Answer<std::string> answer_set_leverage(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  if (auto given = call.parameters.needed("leverage"); !given) {
    return std::unexpected(given.error());
  }
  const auto leverage = call.parameters.integer("leverage");
  if (!leverage) return std::unexpected(leverage.error());
  const ListedSymbol& listed = (*board)->listed();
  if (auto set = call.account->set_leverage(listed.rules.instrument, **leverage, call.now); !set) {
    return std::unexpected(set.error());
  }
  return JsonObject()
      .number("leverage", **leverage)
      .text("maxNotionalValue", "100000000")
      .text("symbol", listed.symbol)
      .str();
}

Answer<std::string> answer_set_margin_type(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto type = call.parameters.needed("marginType");
  if (!type) return std::unexpected(type.error());
  if (*type != "ISOLATED" && *type != "CROSSED") {
    return std::unexpected(VenueError{-1130, "Data sent for parameter 'marginType' is not valid."});
  }
  const InstrumentId instrument = (*board)->listed().rules.instrument;
  if (auto set = call.account->set_isolated(instrument, *type == "ISOLATED"); !set) {
    return std::unexpected(set.error());
  }
  return done();
}

Answer<std::string> answer_stp_mode(Call& call) {
  return JsonObject().text("stpMode", to_text(call.account->stp_mode())).str();
}

Answer<std::string> answer_set_stp_mode(Call& call) {
  const auto mode = read_stp_mode(call.parameters);
  if (!mode) return std::unexpected(mode.error());
  call.account->set_stp_mode(*mode);
  return done();
}

// ---- The margin of isolated positions.

namespace {

// 1 adds, 2 takes away; `otherwise` where it is not sent.
Answer<std::int64_t> margin_direction(const Call& call, std::int64_t otherwise) {
  const auto kind = call.integer("type", otherwise);
  if (!kind || *kind == otherwise || *kind == 1 || *kind == 2) return kind;
  return std::unexpected(VenueError{-1130, "Data sent for parameter 'type' is not valid."});
}

}  // namespace

Answer<std::string> answer_move_margin(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  for (const std::string_view name : {"amount", "type"}) {
    if (auto given = call.parameters.needed(name); !given) return std::unexpected(given.error());
  }
  const auto amount = call.parameters.decimal<Money>("amount");
  if (!amount) return std::unexpected(amount.error());
  const auto kind = margin_direction(call, 1);
  if (!kind) return std::unexpected(kind.error());
  const std::string_view book = call.parameters.text("positionSide", "BOTH");
  const bool hedge = call.account->mode() == PositionMode::Hedge;
  if (hedge ? book != "LONG" && book != "SHORT" : book != "BOTH") {
    return std::unexpected(
        VenueError{-4061, "Order's position side does not match user's setting."});
  }
  const auto moved = call.account->move_margin({.time = 0,
                                                .instrument = (*board)->listed().rules.instrument,
                                                .position_side = std::string(book),
                                                .amount = **amount,
                                                .adds = *kind == 1},
                                               call.now);
  if (!moved) return std::unexpected(moved.error());
  return JsonObject()
      .decimal_number("amount", **amount)
      .number("code", 200)
      .text("msg", "Successfully modify position margin.")
      .number("type", *kind)
      .str();
}

Answer<std::string> answer_margin_moves(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  const auto from = call.integer("startTime", 0);
  if (!from) return std::unexpected(from.error());
  const auto until = call.integer("endTime", kForEver);
  if (!until) return std::unexpected(until.error());
  const auto kind = margin_direction(call, 0);
  if (!kind) return std::unexpected(kind.error());
  std::vector<std::string> rows;
  for (const MarginMove& move : call.account->margin_moves()) {
    const std::int64_t type = move.adds ? 1 : 2;
    const bool wanted = move.instrument == (*board)->listed().rules.instrument &&
                        move.time >= *from && move.time <= *until && (*kind == 0 || *kind == type);
    if (!wanted) continue;
    rows.push_back(JsonObject()
                       .decimal("amount", move.amount)
                       .text("asset", "USDT")
                       .text("symbol", (*board)->listed().symbol)
                       .number("time", move.time)
                       .number("type", type)
                       .text("positionSide", move.position_side)
                       .str());
  }
  keep_newest(rows, *limit);
  return json_array(rows);
}

Answer<std::string> answer_empty_list(Call& /*call*/) {
  return "[]";
}

Answer<std::string> answer_done(Call& /*call*/) {
  return done();
}

// ---- The key of the user stream: 60 minutes from the last request for it.

namespace {

constexpr Duration kKeyLife = SessionRules().key_life;

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char letter : bytes) {
    const auto byte = static_cast<unsigned char>(letter);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

const VenueError kNoKey{-1125, "This listenKey does not exist."};

}  // namespace

Answer<std::string> answer_make_key(Call& call) {
  ListenKey& key = *call.key;
  if (key.text.empty()) {
    const AccountSpec& spec = call.account->spec();
    key.text =
        hex_of(typed_digest(spec.signer + spec.hmac_key + std::to_string(++key.made), call.secret));
  }
  key.expires = call.now + kKeyLife;
  return JsonObject().text("listenKey", key.text).str();
}

Answer<std::string> answer_keep_key(Call& call) {
  if (call.key->text.empty()) return std::unexpected(kNoKey);
  call.key->expires = call.now + kKeyLife;
  return "{}";
}

Answer<std::string> answer_close_key(Call& call) {
  if (call.key->text.empty()) return std::unexpected(kNoKey);
  call.key->text.clear();
  return "{}";
}

}  // namespace tranchet::aster_venue
