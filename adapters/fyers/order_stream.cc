#include "adapters/fyers/order_stream.h"

#include "adapters/fyers/order_fields.h"

namespace tranchet::fyers {
namespace {

template <class News, class Names>
std::expected<StreamMessage, std::string> news(const Json& object, std::string_view where,
                                               void (*read)(Fields&, const Names&, News&),
                                               const Names& names) {
  if (!object.is_object()) return std::unexpected(std::string(where) + " is not an object");
  const std::string prefix = std::string(where) + ".";
  Fields fields(object, prefix);
  News result;
  read(fields, names, result);
  if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  return result;
}

}  // namespace

std::string order_stream_subscription() {
  return R"({"T":"SUB_ORD","SLIST":["orders","trades","positions"],"SUB_T":1})";
}

std::expected<StreamMessage, std::string> read_stream_message(std::string_view text) {
  if (text == "pong") return StreamPong();
  const auto parsed = parse_json(text);
  if (!parsed) return std::unexpected(parsed.error());
  if (const Json* found = parsed->find("orders")) {
    return news<OrderNews>(*found, "orders", read_order, kStreamOrder);
  }
  if (const Json* found = parsed->find("trades")) {
    return news<TradeNews>(*found, "trades", read_trade, kStreamTrade);
  }
  if (const Json* found = parsed->find("positions")) {
    return news<PositionNews>(*found, "positions", read_position, kStreamPosition);
  }
  if (parsed->find("s") != nullptr) {
    Fields fields(*parsed, "");
    StreamAnswer answer{.ok = fields.text("s") == "ok",
                        .code = fields.integer_or("code", 0),
                        .message = std::string(fields.text_or("message", ""))};
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    return answer;
  }
  return OtherStreamMessage{.kind = parsed->members.empty() ? std::string()
                                                            : parsed->members.front().first};
}

}  // namespace tranchet::fyers
