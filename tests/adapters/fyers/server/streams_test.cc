// Tokens, limits, faults, quotes and both streams of the twin, without sockets. Frames are read by
// the adapter's own decoder, which was written from the published clients alone.
#include <gtest/gtest.h>

#include <fstream>

#include "adapters/fyers/data_frames.h"
#include "adapters/fyers/data_requests.h"
#include "adapters/fyers/order_stream.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/server/hsm_frames.h"
#include "tests/adapters/fyers/server/desk_client.h"

namespace tranchet::fyers_venue {
namespace {

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << text

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 3) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

// A frame of the client with these fields.
std::string client_frame(int type, const std::vector<std::pair<int, std::string>>& fields) {
  std::string frame = {0, 0, static_cast<char>(type), static_cast<char>(fields.size())};
  for (const auto& [id, bytes] : fields) {
    frame += static_cast<char>(id);
    frame += static_cast<char>(bytes.size() >> 8);
    frame += static_cast<char>(bytes.size() & 0xFF);
    frame += bytes;
  }
  return frame;
}
std::string topics(int type, const std::vector<std::string>& names, char channel = 11) {
  std::string list = {0, static_cast<char>(names.size())};
  for (const std::string& name : names) list += static_cast<char>(name.size()) + name;
  return client_frame(type, {{1, list}, {2, std::string(1, channel)}});
}
std::string channel_bits(int channel) {
  std::string bits(8, '\0');
  bits[static_cast<std::size_t>(7 - channel / 8)] = static_cast<char>(1 << (channel % 8));
  return bits;
}

// The data stream of a client that is logged in.
class DataClient {
 public:
  explicit DataClient(DeskClient& client) : client_(client) {
    stream = client_.desk().open_stream(
        {.method = "GET", .target = "/hsm/v1-5/prod", .body = "", .authorization = ""},
        client_.moment());
    for (const char* name : {"sf|nse_cm|3045", "dp|nse_cm|3045", "if|nse_cm|Nifty 50"}) {
      frames.want(name, static_cast<InstrumentId>(1));
    }
    frames.connected();
  }
  std::vector<std::string> say(const std::string& frame) {
    client_.desk().on_stream_binary(stream, frame, client_.moment());
    return client_.take_frames();
  }
  std::vector<std::string> connect() {
    return say(client_frame(
        1,
        {{1, data_key(client_.desk().account(0).spec())}, {2, "P"}, {3, "\x01"}, {4, "JS_API"}}));
  }
  // Reads what has come; the updates are those of the last frame.
  std::vector<fyers::DataUpdate> read() {
    std::vector<fyers::DataUpdate> updates;
    for (const std::string& frame : client_.take_frames()) frames.read(frame, updates);
    return updates;
  }
  fyers::FrameRead read(const std::string& frame) {
    std::vector<fyers::DataUpdate> updates;
    return frames.read(frame, updates);
  }

  StreamId stream = 0;
  fyers::DataFrames frames;

 private:
  DeskClient& client_;
};

TEST(FyersTokens, CodesAreGoodOnceAndTokensADay) {
  DeskClient client;
  const AccountSpec& spec = client.desk().account(0).spec();
  client.wait(Duration::seconds(1));  // Tokens of one moment are one token.
  const DeskAnswer sent = client.send(
      "GET",
      "/api/v3/generate-authcode?client_id=TWIN-100&redirect_uri=http%3A%2F%2Fhere&state=x%20y", "",
      "");
  EXPECT_EQ(sent.status, 302U);
  const std::string& to = sent.headers[0].second;
  ASSERT_TRUE(to.starts_with("http://here?s=ok&code=200&auth_code=")) << to;
  EXPECT_HAS(to, "&state=x%20y");
  const std::string code = to.substr(36, to.find("&state") - 36);
  const auto exchange = [&](const std::string& hash, const std::string& given) {
    return client
        .send("POST", "/api/v3/validate-authcode",
              R"({"grant_type":"authorization_code","appIdHash":")" + hash + R"(","code":")" +
                  given + "\"}",
              "")
        .body;
  };
  EXPECT_EQ(exchange(app_id_hash(spec), "nonsense"),
            R"({"s":"error","code":-437,"message":"invalid auth code"})");
  EXPECT_EQ(member_of(exchange(std::string(64, '0'), code), "code"), "-5");
  const std::string tokens = exchange(app_id_hash(spec), code);
  EXPECT_EQ(member_of(exchange(app_id_hash(spec), code), "code"), "-437");
  const auto profile = [&](const std::string& authorization) {
    return client.send("GET", "/api/v3/profile", "", authorization);
  };
  const std::string access = "TWIN-100:" + member_of(tokens, "access_token");
  EXPECT_EQ(member_of(profile(access).body, "fy_id"), "XT00001");
  const std::string refresh = member_of(tokens, "refresh_token");
  const auto again = [&](const std::string& pin) {
    return client
        .send("POST", "/api/v3/validate-refresh-token",
              R"({"grant_type":"refresh_token","appIdHash":")" + app_id_hash(spec) +
                  R"(","refresh_token":")" + refresh + R"(","pin":")" + pin + "\"}",
              "")
        .body;
  };
  EXPECT_EQ(member_of(again("0000"), "code"), "-501");
  EXPECT_EQ(profile("TWIN-100:" + member_of(again("1234"), "access_token")).status, 200U);

  const auto refused = [&](const std::string& authorization) {
    const DeskAnswer answer = profile(authorization);
    EXPECT_EQ(answer.status, 401U);
    return member_of(answer.body, "code");
  };
  EXPECT_EQ(refused(""), "-16");
  EXPECT_EQ(refused("OTHER-100:" + member_of(tokens, "access_token")), "-352");
  EXPECT_EQ(refused(access + "x"), "-15");
  EXPECT_EQ(refused("TWIN-100:" + refresh), "-15");
  client.send("POST", "/api/v3/logout", "", access);
  EXPECT_EQ(refused(access), "-17");
  // Until 06:00 in India: it is 10:30 there.
  client.wait(Duration::hours(19) + Duration::minutes(29));
  EXPECT_EQ(profile(client.token).status, 200U);
  client.wait(Duration::minutes(2));
  EXPECT_EQ(refused(client.token), "-8");
}

TEST(FyersLimits, TenASecondTwoHundredAMinuteThenTheDayIsOver) {
  RequestRates rates{RateLimits{}};
  Timestamp now = *parse_time("2026-11-28T05:00:00Z");
  for (int count = 0; count < 10; ++count) EXPECT_EQ(rates.admit(now), "");
  EXPECT_HAS(rates.admit(now), "10 a second");
  now = now + Duration::seconds(1);
  EXPECT_EQ(rates.admit(now), "");
  for (int breach = 1; breach <= 3; ++breach) {
    now = now + Duration::minutes(2);
    for (int count = 0; count < 200; ++count) {
      now = now + Duration::milliseconds(200);
      EXPECT_EQ(rates.admit(now), "") << breach;
    }
    now = now + Duration::milliseconds(200);
    EXPECT_HAS(rates.admit(now), "200 a minute");
    EXPECT_HAS(rates.admit(now), breach < 3 ? "200 a minute" : "blocked for the day");
  }
  EXPECT_HAS(rates.admit(now + Duration::hours(10)), "blocked");
  EXPECT_EQ(rates.admit(now + Duration::hours(20)), "");

  DeskClient client;
  for (int count = 0; count < 10; ++count) {
    client.send("GET", "/api/v3/funds", "", client.token);
  }
  const DeskAnswer late = client.send("GET", "/api/v3/funds", "", client.token);
  EXPECT_EQ(late.status, 429U);
  EXPECT_EQ(member_of(late.body, "code"), "-429");
}

TEST(FyersData, QuotesDepthAndCandles) {
  DeskClient client;
  client.show("606.4");
  client.show("598.05");
  const std::string quotes =
      client.ask("GET", "/data/quotes?symbols=NSE%3ASBIN-EQ%2CNSE%3ANOPE-EQ").body;
  const auto rows = fyers::read_quotes(quotes);
  ASSERT_TRUE(rows) << rows.error();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(to_text(*(*rows)[0].last), "598.05");
  EXPECT_EQ(to_text(*(*rows)[0].ask), "598.1");
  EXPECT_FALSE((*rows)[1].ok);
  EXPECT_EQ(member_of(quotes, "chp"), "-0.33");
  const std::string depth = client.ask("GET", "/data/depth?symbol=NSE:SBIN-EQ&ohlcv_flag=1").body;
  EXPECT_EQ(member_of(depth, "h"), "606.4");
  EXPECT_EQ(member_of(depth, "upper_ckt"), "720");
  EXPECT_EQ(member_of(client.ask("GET", "/data/depth?symbol=NSE:NIFTY50-INDEX").body, "code"),
            "-99");
  client.go_to(at(10, 6));
  client.show("601");
  client.go_to(at(10, 20));
  client.show("602", 0, "7");
  const auto history = [&](const std::string& resolution) {
    return client
        .ask("GET", "/data/history?symbol=NSE:SBIN-EQ&resolution=" + resolution +
                        "&date_format=1&range_from=2023-07-03&range_to=2023-07-03&cont_flag=1")
        .body;
  };
  const auto candles = fyers::read_history(history("10"));
  ASSERT_TRUE(candles) << candles.error();
  // From 09:15 on: 09:55, 10:05 and 10:15.
  ASSERT_EQ(candles->size(), 3U);
  EXPECT_EQ((*candles)[0].start, at(9, 55));
  EXPECT_EQ(to_text((*candles)[0].high), "606.4");
  EXPECT_EQ(to_text((*candles)[0].close), "598.05");
  EXPECT_EQ((*candles)[2].start, at(10, 15));
  EXPECT_EQ(to_text((*candles)[2].volume), "7");
  EXPECT_HAS(history("D"), "[[1688342400,600,606.4,598.05,602,4007]]");
  EXPECT_EQ(member_of(history("7"), "code"), "-50");
  const auto master = client.send("GET", "/sym_details/NSE_CM_sym_master.json", "", "");
  EXPECT_HAS(master.body, R"("fyToken":"10100000003045")");
  const auto tokens = fyers::read_symbol_tokens(
      client
          .ask("POST", "/data/symbol-token",
               R"({"symbols":["NSE:SBIN-EQ","NSE:NIFTY50-INDEX","NSE:NOPE-EQ"]})")
          .body);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->tokens.at("NSE:NIFTY50-INDEX"), "101000000026000");
  EXPECT_EQ(tokens->unknown.size(), 1U);
}

// What the venue answers is what the adapter reads.
TEST(FyersMessages, AreReadByTheAdapter) {
  DeskClient client;
  client.listen();
  client.place(DeskClient::order("1", "2", "2", "0", "0", R"("orderTag":"T1S4N0A0",)"));
  const auto orders = fyers::read_orders(client.ask("GET", "/api/v3/orders").body);
  ASSERT_TRUE(orders) << orders.error();
  EXPECT_EQ(orders->at(0).tag, "T1S4N0A0");
  EXPECT_EQ(orders->at(0).filled, Quantity::from_raw(2 * kDecimalOne));
  EXPECT_EQ(orders->at(0).time, at(10, 0));
  ASSERT_TRUE(fyers::read_trades(client.ask("GET", "/api/v3/tradebook").body));
  ASSERT_TRUE(fyers::read_positions(client.ask("GET", "/api/v3/positions").body));
  const auto funds = fyers::read_funds(client.ask("GET", "/api/v3/funds").body);
  ASSERT_TRUE(funds) << funds.error();
  EXPECT_EQ(to_text(funds->available), "999760");  // A fifth of 1,200.
  int kinds = 0;
  for (const std::string& text : client.take_texts()) {
    const auto message = fyers::read_stream_message(text);
    ASSERT_TRUE(message) << message.error();
    kinds |= 1 << message->index();
  }
  EXPECT_EQ(kinds, 0b111);
}

TEST(FyersOrderStream, SubscribesPingsAndRefusesStrangers) {
  DeskClient client;
  const auto refuses = [&](const std::string& target, const std::string& authorization) {
    return client.desk().refuses_stream(
        {.method = "GET", .target = target, .body = "", .authorization = authorization},
        client.moment());
  };
  EXPECT_EQ(refuses("/trade/v3", client.token), 0U);
  EXPECT_EQ(refuses("/trade/v3", client.token + "x"), 403U);
  EXPECT_EQ(refuses("/trade/v4", client.token), 404U);
  const StreamId stream = client.listen();
  client.desk().on_stream_text(stream, "ping", client.moment());
  client.desk().on_stream_text(stream, "nonsense", client.moment());
  EXPECT_EQ(client.take_texts(), std::vector<std::string>{"pong"});
  client.desk().on_stream_text(stream, R"({"T":"SUB_ORD","SLIST":["orders"],"SUB_T":-1})",
                               client.moment());
  client.take_texts();
  client.place(DeskClient::order("1", "2", "2"));
  EXPECT_EQ(client.take_texts().size(), 2U);  // A trade and a position.
}

// ---- The binary stream.

TEST(FyersFrames, ClientsAreRead) {
  const auto connect = read_client_frame(bytes_of(
      "00 2b 01 04 01 00 15 61 33 35 32 66 31 37 62 39 32 64 62 65 35 38 35 38 32 33 38 36 "
      "02 00 01 50 03 00 01 01 04 00 06 4a 53 5f 41 50 49"));
  ASSERT_TRUE(connect);
  EXPECT_EQ(connect->key, "a352f17b92dbe58582386");
  EXPECT_EQ(connect->source, "JS_API");
  const auto subscribe = read_client_frame(bytes_of(
      "00 1a 04 02 01 00 11 00 01 0e 73 66 7c 6e 73 65 5f 63 6d 7c 33 30 34 35 02 00 01 0b"));
  ASSERT_TRUE(subscribe);
  EXPECT_EQ(subscribe->topics, std::vector<std::string>{"sf|nse_cm|3045"});
  EXPECT_EQ(subscribe->channel, 11);
  const auto pause = read_client_frame(bytes_of("00 0d 07 01 01 00 08 00 00 00 00 7f ff f7 fe"));
  ASSERT_TRUE(pause);
  EXPECT_EQ(pause->channels, 0x7FFFF7FEULL);
  const auto mode =
      read_client_frame(bytes_of("00 11 0c 02 01 00 08 00 00 00 00 00 00 08 00 02 00 01 4c"));
  ASSERT_TRUE(mode);
  EXPECT_EQ(mode->mode, 'L');
  const auto acknowledge = read_client_frame(bytes_of("00 09 03 01 01 00 04 00 00 00 06"));
  ASSERT_TRUE(acknowledge);
  EXPECT_EQ(acknowledge->number, 6U);
  // Cut anywhere, none of them is one.
  const std::string whole = bytes_of(
      "00 1a 04 02 01 00 11 00 01 0e 73 66 7c 6e 73 65 5f 63 6d 7c 33 30 34 35 02 00 01 0b");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_client_frame(whole.substr(0, size))) << size;
  }
}

// As captured from what the published client took: 606.4, and 606.55 with two more fields.
TEST(FyersFrames, AreThoseThatWereCaptured) {
  const std::int32_t index[] = {2618810, 2621605, 1727428424, 2627735, 2616695, 2624825};
  const std::string items[] = {snapshot_item({.topic_id = 1,
                                              .topic = "if|nse_cm|Nifty 50",
                                              .values = index,
                                              .precision = 2,
                                              .segment = "nse_cm",
                                              .token = "Nifty 50",
                                              .symbol = "Nifty 50"})};
  EXPECT_EQ(
      data_frame(1, items),
      bytes_of("00 54 06 00 00 00 01 00 01 53 00 01 12 69 66 7c 6e 73 65 5f 63 6d 7c 4e 69 66 "
               "74 79 20 35 30 06 00 27 f5 ba 00 28 00 a5 66 f6 77 48 00 28 18 97 00 27 ed 77 "
               "00 28 0d 39 00 00 00 01 02 06 6e 73 65 5f 63 6d 08 4e 69 66 74 79 20 35 30 08 "
               "4e 69 66 74 79 20 35 30"));
  const std::int32_t changes[] = {2618900, kUnchanged, 1727428425};
  const std::string update[] = {update_item(1, changes)};
  EXPECT_EQ(data_frame(2, update), bytes_of("00 17 06 00 00 00 02 00 01 55 00 01 03 00 27 f6 14 80 "
                                            "00 00 00 66 f6 77 49"));
  const std::string lite[] = {lite_item(2, 60660)};
  EXPECT_EQ(data_frame(6, lite), bytes_of("00 0e 06 00 00 00 06 00 01 4c 00 02 00 00 ec f4"));
  EXPECT_EQ(control_frame(FrameType::Mode, true), bytes_of("00 06 0c 01 01 00 01 4b"));
  EXPECT_EQ(refused_frame(), bytes_of("00 06 01 01 01 00 01 4e"));
}

TEST(FyersDataStream, SnapshotsThenWhatHasChanged) {
  DeskClient client;
  DataClient data(client);
  const auto connected = data.connect();
  ASSERT_EQ(connected.size(), 1U);
  EXPECT_TRUE(data.read(connected[0]).ok);
  const auto answers = data.say(topics(4, {"sf|nse_cm|3045", "if|nse_cm|Nifty 50", "sf|nse_cm|9"}));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(data.read(answers[0]).kind, fyers::FrameKind::Subscribe);
  data.read(answers[1]);
  const fyers::Topic& sbin = *data.frames.find("sf|nse_cm|3045");
  EXPECT_EQ(to_text(*sbin.price(fyers::ScripField::LastPrice)), "600");
  EXPECT_EQ(to_text(*sbin.price(fyers::ScripField::UpperCircuit)), "720");
  EXPECT_EQ(sbin.symbol(), "SBIN-EQ");
  EXPECT_EQ(sbin.time(fyers::ScripField::LastTradeTime), at(10, 0));
  EXPECT_EQ(to_text(*data.frames.find("if|nse_cm|Nifty 50")->price(fyers::IndexField::LastPrice)),
            "19000");
  client.show("606.45");
  const auto updates = data.read();
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_EQ(updates[0].kind, fyers::UpdateKind::Update);
  EXPECT_EQ(to_text(*updates[0].last_price), "606.45");
  EXPECT_FALSE(updates[0].has(fyers::ScripField::OpenPrice));
  EXPECT_EQ(to_text(*sbin.price(fyers::ScripField::HighPrice)), "606.45");
  EXPECT_EQ(data.frames.flaws(), 0U);
  // Nobody wants it any more.
  data.say(topics(5, {"sf|nse_cm|3045"}));
  client.show("607");
  EXPECT_TRUE(client.take_frames().empty());
}

TEST(FyersDataStream, PausesResumesAndIsLite) {
  DeskClient client;
  DataClient data(client);
  data.connect();
  for (const std::string& frame : data.say(topics(4, {"sf|nse_cm|3045", "dp|nse_cm|3045"}))) {
    data.read(frame);
  }
  data.say(client_frame(7, {{1, channel_bits(11)}}));
  client.show("601");
  EXPECT_TRUE(client.take_frames().empty());
  const auto resumed = data.say(client_frame(8, {{1, channel_bits(11)}}));
  ASSERT_EQ(resumed.size(), 2U);
  data.read(resumed[1]);
  const fyers::Topic& sbin = *data.frames.find("sf|nse_cm|3045");
  EXPECT_EQ(to_text(*sbin.price(fyers::ScripField::LastPrice)), "601");
  EXPECT_EQ(to_text(*data.frames.find("dp|nse_cm|3045")->price(fyers::DepthField::AskPrice, 0)),
            "601.05");
  data.say(client_frame(12, {{1, channel_bits(11)}, {2, "L"}}));
  client.show("602");
  const auto lite = data.read();
  ASSERT_EQ(lite.size(), 1U);
  EXPECT_EQ(lite[0].kind, fyers::UpdateKind::Lite);
  EXPECT_EQ(to_text(*lite[0].last_price), "602");
  const auto full = data.say(client_frame(12, {{1, channel_bits(11)}, {2, "F"}}));
  ASSERT_EQ(full.size(), 2U);
  data.read(full[1]);
  EXPECT_EQ(to_text(*sbin.price(fyers::ScripField::HighPrice)), "602");
  EXPECT_EQ(data.frames.flaws(), 0U);
}

TEST(FyersDataStream, StrangersAndNonsenseAreHungUpOn) {
  DeskClient client;
  DataClient data(client);
  EXPECT_TRUE(data.say(topics(4, {"sf|nse_cm|3045"})).empty());
  EXPECT_EQ(client.hang_ups(), 1U);
  EXPECT_EQ(data.say(client_frame(1, {{1, "nobody"}})), std::vector<std::string>{refused_frame()});
  data.connect();
  data.say("nonsense");
  EXPECT_EQ(client.hang_ups(), 2U);
}

// ---- Faults.

TEST(FyersFaults, WithoutAWord) {
  DeskClient client;
  const auto tagged = [&](const std::string& tag) {
    return client.ask(
        "POST", "/api/v3/orders/sync",
        DeskClient::order("1", "1", "1", "590", "0", R"("orderTag":")" + tag + "\","));
  };
  const auto found = [&](const std::string& tag) {
    return client.ask("GET", "/api/v3/orders?order_tag=1:" + tag).body.find("\"id\"") !=
           std::string::npos;
  };
  client.cause("201-placed");
  EXPECT_EQ(member_of(tagged("a").body, "code"), "201");
  EXPECT_TRUE(found("a"));
  client.cause("201-lost");
  EXPECT_EQ(member_of(tagged("b").body, "code"), "201");
  EXPECT_FALSE(found("b"));
  client.cause("hangup-executed");
  EXPECT_TRUE(tagged("c").hang_up);
  EXPECT_TRUE(found("c"));
  client.cause("hangup-refused");
  EXPECT_TRUE(tagged("d").hang_up);
  EXPECT_FALSE(found("d"));
  client.cause("reject:count=2:code=-50");
  EXPECT_EQ(member_of(tagged("e").body, "code"), "-50");
  EXPECT_EQ(member_of(tagged("f").body, "code"), "-50");
  EXPECT_EQ(member_of(tagged("g").body, "code"), "1101");
  client.cause("late-answer:ms=300");
  EXPECT_EQ(tagged("h").delay, Duration::milliseconds(300));
}

TEST(FyersFaults, ExitsFailAndTheDayIsBlocked) {
  DeskClient client;
  client.place(DeskClient::order("1", "1", "2"));
  client.cause("exit-fails:count=3");
  for (int time = 0; time < 3; ++time) {
    EXPECT_EQ(member_of(client.ask("DELETE", "/api/v3/positions", "{}").body, "code"), "-99");
  }
  EXPECT_EQ(member_of(client.ask("DELETE", "/api/v3/positions", "{}").body, "code"), "200");
  client.cause("too-many");
  EXPECT_EQ(client.ask("GET", "/api/v3/funds").status, 429U);
  client.cause("expire-token");
  EXPECT_EQ(member_of(client.ask("GET", "/api/v3/funds").body, "code"), "-8");
  client.cause("calm");
  client.cause("block-day");
  EXPECT_EQ(client.ask("GET", "/api/v3/funds").status, 429U);
  client.cause("calm");
  client.cause("maintenance:ms=1000");
  EXPECT_EQ(client.ask("GET", "/api/v3/funds").status, 503U);
  client.wait(Duration::seconds(2));
  EXPECT_EQ(client.ask("GET", "/api/v3/funds").status, 200U);
  const std::string waiting = client.place(DeskClient::order("1", "1", "1", "590"));
  client.cause("halt:ms=5000");
  EXPECT_HAS(client.ask("GET", "/data/marketStatus").body, "CLOSED");
  EXPECT_HAS(client.place(DeskClient::order("1", "1", "2")), "Trading is halted");
  EXPECT_EQ(
      member_of(client.ask("DELETE", "/api/v3/orders/sync", R"({"id":")" + waiting + "\"}").body,
                "code"),
      "1103");
  client.wait(Duration::seconds(5));
  EXPECT_HAS(client.ask("GET", "/data/marketStatus").body, "OPEN");
}

TEST(FyersFaults, OfTheOrderStream) {
  DeskClient client;
  client.listen();
  const auto traded = [&] {
    client.place(DeskClient::order("1", "1", "2"));
    return client.take_texts().size();
  };
  EXPECT_EQ(traded(), 4U);
  client.cause("duplicate-event:count=0");
  EXPECT_EQ(traded(), 8U);
  client.cause("calm");
  client.cause("lose-event");
  EXPECT_EQ(traded(), 3U);
  client.cause("late-event:ms=500");
  EXPECT_EQ(traded(), 3U);
  client.wait(Duration::milliseconds(600));
  EXPECT_EQ(client.take_texts().size(), 1U);
  client.cause("reorder-events");
  client.place(DeskClient::order("1", "1", "2"));
  const auto told = client.take_texts();
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(member_of(told[0], "org_ord_status"), "2");
  EXPECT_EQ(member_of(told[1], "org_ord_status"), "4");
  client.cause("disconnect-orders");
  EXPECT_EQ(client.hang_ups(), 1U);
  EXPECT_EQ(traded(), 0U);
  client.cause("refuse-streams:ms=1000");
  const DeskRequest request{
      .method = "GET", .target = "/trade/v3", .body = "", .authorization = client.token};
  EXPECT_EQ(client.desk().refuses_stream(request, client.moment()), 503U);
  client.wait(Duration::seconds(2));
  EXPECT_EQ(client.desk().refuses_stream(request, client.moment()), 0U);
}

TEST(FyersFaults, OfTheDataStream) {
  DeskClient client;
  DataClient data(client);
  client.cause("hsm-refused");
  EXPECT_EQ(data.connect(), std::vector<std::string>{refused_frame()});
  data.connect();
  for (const auto& frame : data.say(topics(4, {"sf|nse_cm|3045"}))) data.read(frame);
  client.cause("reuse-topics");
  for (const auto& frame : data.say(topics(4, {"if|nse_cm|Nifty 50"}))) data.read(frame);
  EXPECT_GT(data.frames.flaws(fyers::FrameFlaw::IdReused), 0U);
  client.show("603");
  client.show("19003", 1);
  data.read();
  EXPECT_EQ(to_text(*data.frames.find("sf|nse_cm|3045")->price(fyers::ScripField::LastPrice)),
            "603");
  EXPECT_EQ(to_text(*data.frames.find("if|nse_cm|Nifty 50")->price(fyers::IndexField::LastPrice)),
            "19003");
  client.cause("lite-frames");
  client.show("604");
  EXPECT_EQ(data.read().at(0).kind, fyers::UpdateKind::Lite);
  client.cause("disconnect-data");
  EXPECT_EQ(client.hang_ups(), 1U);
  client.cause("expire-token");
  EXPECT_EQ(data.connect(), std::vector<std::string>{refused_frame()});
}

}  // namespace
}  // namespace tranchet::fyers_venue
