// The fields of orders, trades and positions: the order stream and the REST answers have the same
// by other names.
#pragma once

#include <string_view>

#include "adapters/fyers/order_stream.h"
#include "adapters/port/json.h"

namespace tranchet::fyers {

struct OrderNames {
  std::string_view status, oms_status, side, type, product, quantity, filled, remaining,
      limit_price, stop_price, traded_price, message, time, tag;
};
struct TradeNames {
  std::string_view trade, order, side, product, quantity, price, time, tag;
};
struct PositionNames {
  std::string_view product, net, realized, average;
};

inline constexpr OrderNames kStreamOrder{.status = "org_ord_status",
                                         .oms_status = "ord_status",
                                         .side = "tran_side",
                                         .type = "ord_type",
                                         .product = "product_type",
                                         .quantity = "qty",
                                         .filled = "qty_filled",
                                         .remaining = "qty_remaining",
                                         .limit_price = "price_limit",
                                         .stop_price = "price_stop",
                                         .traded_price = "price_traded",
                                         .message = "oms_msg",
                                         .time = "time_oms",
                                         .tag = "ordertag"};
inline constexpr OrderNames kBookOrder{.status = "status",
                                       .oms_status = "",
                                       .side = "side",
                                       .type = "type",
                                       .product = "productType",
                                       .quantity = "qty",
                                       .filled = "filledQty",
                                       .remaining = "remainingQuantity",
                                       .limit_price = "limitPrice",
                                       .stop_price = "stopPrice",
                                       .traded_price = "tradedPrice",
                                       .message = "message",
                                       .time = "orderDateTime",
                                       .tag = "orderTag"};
inline constexpr TradeNames kStreamTrade{.trade = "id_fill",
                                         .order = "id",
                                         .side = "tran_side",
                                         .product = "product_type",
                                         .quantity = "qty_traded",
                                         .price = "price_traded",
                                         .time = "fill_time",
                                         .tag = "ordertag"};
inline constexpr TradeNames kBookTrade{.trade = "tradeNumber",
                                       .order = "orderNumber",
                                       .side = "side",
                                       .product = "productType",
                                       .quantity = "tradedQty",
                                       .price = "tradePrice",
                                       .time = "orderDateTime",
                                       .tag = "orderTag"};
inline constexpr PositionNames kStreamPosition{
    .product = "product_type", .net = "net_qty", .realized = "pl_realized", .average = "net_avg"};
// avgPrice is what is held was opened at: 72256 for 2 bought at that and 1 sold at 72656, where
// netAvg, (bought - sold value) / net quantity, says 71856.
inline constexpr PositionNames kBookPosition{.product = "productType",
                                             .net = "netQty",
                                             .realized = "realized_profit",
                                             .average = "avgPrice"};

// Flaws stay in `fields`.
void read_order(Fields& fields, const OrderNames& names, OrderNews& order);
void read_trade(Fields& fields, const TradeNames& names, TradeNews& trade);
void read_position(Fields& fields, const PositionNames& names, PositionNews& position);

}  // namespace tranchet::fyers
