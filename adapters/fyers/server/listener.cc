#include "adapters/fyers/server/listener.h"

#include <algorithm>
#include <utility>

#include "adapters/venue_server/url_text.h"

namespace tranchet::fyers_venue {
namespace {

DeskRequest desk_request(const ServerRequest& request) {
  return {.method = request.method,
          .target = request.target,
          .body = request.body,
          .authorization = request.header("Authorization")};
}

std::string parameter(const ServerRequest& request, std::string_view name) {
  std::string_view query = request.query();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) {
      return venue_server::url_decoded(part.substr(equals + 1));
    }
  }
  return "";
}

}  // namespace

FyersListener::FyersListener(const ListenerOptions& options)
    : TapeServer(options), options_(options), desk_(options.desk) {}

std::expected<std::unique_ptr<FyersListener>, std::string> FyersListener::open(
    const ListenerOptions& options) {
  std::unique_ptr<FyersListener> listener(new FyersListener(options));
  listener->opened_ = listener->told_ = listener->now();
  if (auto opened = listener->TapeServer::open(); !opened) {
    return std::unexpected(opened.error());
  }
  for (std::size_t board = 0; board < listener->players().size(); ++board) {
    for (const Occurrence& price : listener->players()[board]->take_past()) {
      listener->desk_.remember(board, price.body, price.time);
    }
  }
  if (!listener->players().empty()) listener->beginning_ = listener->players().front()->beginning();
  for (const FaultOrder& fault : options.faults) {
    listener->desk_.cause(fault, listener->moment_at(listener->opened_));
  }
  return listener;
}

void FyersListener::post(std::function<void(FyersFrontDesk&, const Moment&)> work) {
  TapeServer::post([this, work = std::move(work)](Timestamp now) { work(desk_, moment_at(now)); });
}

// The market's clock goes as fast as the tapes do, and goes on when they have ended. Where prices
// come faster than they can be shown it waits for them: no hour passes before its prices.
Moment FyersListener::moment_at(Timestamp now) {
  told_ = std::max(told_, now);
  Timestamp shown = now;
  for (const auto& player : players()) {
    if (const auto due = player->next()) shown = std::min(shown, *due);
  }
  Timestamp market = now;
  if (!options_.wall_clock && !options_.tapes.empty()) {
    const Int128 passed = static_cast<Int128>((shown - opened_).count()) *
                          options_.tapes.front().speed_percent / 100;
    market = beginning_ + Duration::nanoseconds(static_cast<std::int64_t>(passed));
  }
  market_ = std::max(market_, market);
  return {told_, market_};
}

void FyersListener::observe(const Occurrence& price, Timestamp /*now*/) {
  const auto instrument = std::visit(
      [](const auto& body) {
        if constexpr (requires { body.instrument; }) {
          return body.instrument;
        } else {
          return InstrumentId::None;
        }
      },
      price.body);
  const auto number = static_cast<std::size_t>(instrument);
  ENSURE(number >= 1 && number <= desk_.boards().size());
  // By when it was due: a tape that is behind is caught up with, hour by hour.
  desk_.observe(number - 1, price.body, moment_at(price.time));
}

// ---- Requests.

void FyersListener::answer(const ServerRequest& request, Respond respond, Timestamp now) {
  if (request.path().starts_with("/twin/") && options_.control) {
    return respond(control(request));
  }
  DeskAnswer answer = desk_.answer(desk_request(request), moment_at(now));
  if (answer.hang_up) return respond(std::nullopt);
  send_output();
  respond_after(answer.delay, std::move(respond),
                {.status = answer.status,
                 .headers = std::move(answer.headers),
                 .body = std::move(answer.body)});
}

ServerResponse FyersListener::control(const ServerRequest& request) {
  if (request.method != "POST") return plain(405, "POST only\n");
  if (request.path() == "/twin/price") return show_price(request);
  if (request.path() != "/twin/fault") return plain(404, "no such control\n");
  const auto fault = venue_server::parse_fault<FaultKind>(parameter(request, "fault"));
  if (!fault) return plain(400, fault.error() + "\n");
  desk_.cause(*fault, moment_at(now()));
  catch_up();
  return plain(200, "done\n");
}

ServerResponse FyersListener::show_price(const ServerRequest& request) {
  const std::string symbol = parameter(request, "symbol");
  const auto price = parse<Price>(parameter(request, "price"));
  const auto bid = parse<Price>(parameter(request, "bid"));
  const auto ask = parse<Price>(parameter(request, "ask"));
  const std::string quantity_text = parameter(request, "quantity");
  const auto quantity = parse<Quantity>(quantity_text.empty() ? "1" : quantity_text);
  const std::vector<Board>& boards = desk_.boards();
  const auto board = std::ranges::find_if(
      boards, [&](const Board& each) { return each.listing().symbol == symbol; });
  const bool is_trade = price && price->is_positive();
  const bool is_book = bid && ask && bid->is_positive() && *bid < *ask;
  if (board == boards.end() || !quantity || !quantity->is_positive() || (!is_trade && !is_book)) {
    return plain(400, "symbol, and price above 0, or bid below ask, are needed\n");
  }
  const auto index = static_cast<std::size_t>(board - boards.begin());
  const auto instrument = static_cast<InstrumentId>(index + 1);
  const Moment moment = moment_at(now());
  if (is_book) {
    desk_.observe(index,
                  BookTop{.instrument = instrument,
                          .bid_price = *bid,
                          .bid_quantity = *quantity,
                          .ask_price = *ask,
                          .ask_quantity = *quantity},
                  moment);
  }
  if (is_trade) {
    desk_.observe(
        index,
        TradePrinted{
            .instrument = instrument, .quantity = *quantity, .price = *price, .aggressor = 0},
        moment);
  }
  send_output();
  return plain(200, "done\n");
}

// ---- Streams.

std::optional<ServerResponse> FyersListener::refuse_stream(const ServerRequest& request) {
  const unsigned status = desk_.refuses_stream(desk_request(request), moment_at(now()));
  if (status == 0) return std::nullopt;
  return plain(status, "no stream\n");
}

StreamId FyersListener::open_stream(const ServerRequest& request, Timestamp now) {
  return desk_.open_stream(desk_request(request), moment_at(now));
}

void FyersListener::on_stream_text(StreamId stream, std::string_view text, Timestamp now) {
  desk_.on_stream_text(stream, text, moment_at(now));
}

void FyersListener::on_stream_binary(StreamId stream, std::string_view bytes, Timestamp now) {
  desk_.on_stream_binary(stream, bytes, moment_at(now));
}

}  // namespace tranchet::fyers_venue
