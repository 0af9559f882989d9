// Fills into quantity, cost and profit. Every fill counts once, whatever the order of delivery.
#pragma once

#include "engine/turn.h"

namespace tranchet {

// A trade of one of our orders, or one that a query found.
struct Fill {
  TradeId trade{};  // None: from a query or snapshot.
  Quantity quantity;
  Price price;
  Money fee;
  Liquidity liquidity = Liquidity::Taker;
};

// Quantity that comes onto a tranche. `order`: the entry that made it; null: none of ours.
void add_quantity(Turn& turn, Position& position, Tranche& tranche, const Fill& fill,
                  const Order* order = nullptr);

// Counts a trade of `order` unless its id was counted before. What a query had found already is
// taken to be it first: then only the fee is new.
void count_trade(Turn& turn, Order& order, const Fill& fill);

// Counts what the venue says is filled beyond what we counted. Priced from the increment of the
// average price, else the limit price, else the mark.
void count_catch_up(Turn& turn, Order& order, Quantity filled_in_total, Maybe<Price> average_price);

// Quantity that left without an order of ours: newest tranche first, at `price`. Returns what no
// tranche could give up.
struct Reduction {
  PositionKey key;
  Fill fill;
  ExitReason reason{};
  OrderId order{};  // For the record; None: no order of ours.
  Purpose purpose = Purpose::Close;
};
Quantity reduce_newest_first(Turn& turn, const Reduction& reduction);

// Funding of a book, shared by open quantity; what does not divide goes to the newest.
void book_funding(Turn& turn, PositionKey key, Money amount);

// The order is over: it leaves its tranche and the list of live entries, and is kept a week.
void finish_order(Turn& turn, Order& order, OrderStatus status);

}  // namespace tranchet
