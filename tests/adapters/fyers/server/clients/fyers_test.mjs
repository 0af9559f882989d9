// fyers-api-v3, as it comes from npm, trades at the twin: tokens, orders one by one and in lists,
// positions and exits, books, funds, quotes, depth, candles, and both sockets. Nothing of it is
// changed but the addresses, which it has no other way to be told.
//
//   TZ=Asia/Kolkata NO_PROXY=127.0.0.1 node fyers_test.mjs 127.0.0.1:8080
//
// Prints a line a check: "passed: WHAT" or "failed: WHAT". The venue needs --control, and the
// instruments NSE:SBIN-EQ at 600 and NSE:NIFTY50-INDEX at 19000.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const host = process.argv[2];
const symbol = 'NSE:SBIN-EQ';
const index = 'NSE:NIFTY50-INDEX';
const app = 'TWIN-100';

// Before the library is loaded: the data socket reads its address once.
const { Config } = require('fyers-api-v3/config/config');
Config.SYNC_API = `http://${host}/api/v3`;
Config.data_Api1 = `http://${host}/data`;
Config.API = `http://${host}/api/v2`;
Config.HSM_SOCKET = `ws://${host}/hsm/v1-5/prod`;
Config.Order_SOCKET = `ws://${host}/trade/v3`;
const { fyersModel, fyersDataSocket, fyersOrderSocket } = require('fyers-api-v3');
// One address is written into the library.
const { axiosInstance } = require('fyers-api-v3/apiService/apiService.js');
axiosInstance.interceptors.request.use((request) => {
  request.url = request.url.replace('https://api-t1.fyers.in', `http://${host}`);
  return request;
});

let failures = 0;
function check(what, holds, detail = '') {
  if (!holds) ++failures;
  const rest = holds ? '' : ` ${JSON.stringify(detail instanceof Error ? detail.stack : detail)}`;
  console.log(`${holds ? 'passed' : 'failed'}: fyers-api-v3: ${what}${rest}`);
}
async function refused(what, code, promise) {
  try {
    check(what, false, await promise);
  } catch (error) {
    check(what, error?.code === code, error);
  }
}
// The venue takes ten requests a second.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const breath = () => pause(1050);

async function control(what) {
  const answer = await fetch(`http://${host}/twin/${what}`, { method: 'POST' });
  if (!answer.ok) check(`control ${what}`, false, await answer.text());
}
const setPrice = (price, of = symbol) =>
  control(`price?symbol=${encodeURIComponent(of)}&price=${price}&quantity=10`);

// What has been heard, and waiting for what is to be.
class Heard {
  constructor() {
    this.items = [];
    this.waiting = [];
  }
  add(item) {
    this.items.push(item);
    this.waiting = this.waiting.filter(({ matches, resolve }) => {
      if (!matches(item)) return true;
      resolve(item);
      return false;
    });
  }
  wait(matches, ms = 20000) {
    const found = this.items.find(matches);
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => {
      this.waiting.push({ matches, resolve });
      setTimeout(() => resolve(undefined), ms).unref();
    });
  }
}

const order = (more) => ({
  symbol, qty: 1, type: 2, side: 1, productType: 'INTRADAY', limitPrice: 0, stopPrice: 0,
  validity: 'DAY', disclosedQty: 0, offlineOrder: false, stopLoss: 0, takeProfit: 0, ...more,
});

async function logIn() {
  const model = new fyersModel({ enableLogging: false });
  model.setAppId(app);
  model.setRedirectUrl('http://127.0.0.1/back');
  const page = await fetch(model.generateAuthCode(), { redirect: 'manual' });
  const back = new URL(page.headers.get('location'));
  check('auth code', back.searchParams.get('s') === 'ok', back.href);
  const login = { client_id: app, secret_key: 'TWINSECRET', auth_code: back.searchParams.get('auth_code') };
  const wrong = await model.generate_access_token({ ...login, auth_code: 'nonsense' });
  check('a wrong code is refused', wrong?.code === -437, wrong);
  const tokens = await model.generate_access_token(login);
  check('access token', tokens.s === 'ok' && tokens.code === 200 && tokens.refresh_token, tokens);
  const again = await model.generate_access_token(login);
  check('a code is good once', again?.code === -437, again);
  model.setAccessToken(tokens.access_token);
  return { model, token: `${app}:${tokens.access_token}` };
}

async function account(model) {
  const profile = await model.get_profile();
  check('profile', profile.data.fy_id === 'XT00001', profile);
  const funds = await model.get_funds();
  const available = funds.fund_limit.find((each) => each.title === 'Available Balance');
  check('funds', funds.fund_limit.length === 10 && available.equityAmount === 1000000, funds);
  check('holdings', (await model.get_holdings()).overall.count_total === 0);
  const status = await model.market_status();
  check('market status', status.marketStatus[0].status === 'OPEN', status);
}

async function data(model) {
  const quotes = await model.getQuotes([symbol, 'NSE:NOPE-EQ']);
  check('quotes', quotes.d[0].v.lp === 600 && quotes.d[1].s === 'error', quotes);
  const depth = (await model.getMarketDepth({ symbol: [symbol], ohlcv_flag: 1 })).d[symbol];
  check('depth', depth.bids.length === 5 && depth.bids[0].price < depth.ask[0].price, depth);
  check('circuit limits', depth.upper_ckt === 720 && depth.lower_ckt === 480, depth);
  const history = await model.getHistory({
    symbol, resolution: '1', date_format: '1', range_from: '2023-07-03', range_to: '2023-07-03',
    cont_flag: '1',
  });
  const candle = history.candles[0];
  check('history', candle[0] === 1688355900 && candle[4] === 600 && candle[5] > 0, history);
}

async function orders(model, heard) {
  const placed = await model.place_order(order({ type: 1, limitPrice: 590, orderTag: 'first' }));
  check('places a limit order', placed.code === 1101 && typeof placed.id === 'string', placed);
  const acknowledged = await heard.orders.wait((each) => each.id === placed.id && each.status === 6);
  check('hears of it', acknowledged?.orderTag === '1:first' && acknowledged.limitPrice === 590, acknowledged);
  const modified = await model.modify_order({ id: placed.id, type: 1, limitPrice: 591, qty: 2 });
  check('modifies it', modified.code === 1102, modified);
  const [row] = (await model.get_filtered_orders({ order_id: placed.id })).orderBook;
  check('finds it in the book',
    row.limitPrice === 591 && row.qty === 2 && row.remainingQuantity === 2 && row.status === 6, row);
  check('cancels it', (await model.cancel_order({ id: placed.id })).code === 1103);
  check('hears of that', (await heard.orders.wait((each) => each.id === placed.id && each.status === 1)) !== undefined);
  await breath();
  await refused('a price off the tick is refused', -50, model.place_order(order({ type: 1, limitPrice: 590.02 })));
  await refused('a price out of the circuit is rejected', -99, model.place_order(order({ type: 1, limitPrice: 900 })));
  await refused('an unknown symbol is refused', -300, model.place_order(order({ symbol: 'NSE:NOPE-EQ' })));
  await refused('an index cannot be bought', -300, model.place_order(order({ symbol: index })));
  await refused('an unknown order is not there', -51, model.cancel_order({ id: '77' }));
  await breath();
  const many = await model.place_multi_order([
    order({ type: 1, limitPrice: 580 }), order({ type: 1, limitPrice: 581 }), order({ type: 1, limitPrice: 0.01 }),
  ]);
  check('places a list', many.data.map((each) => each.body.code).join() === '1101,1101,-50', many);
  const ids = many.data.slice(0, 2).map((each) => ({ id: each.body.id }));
  const changed = await model.modify_multi_order(ids.map((each) => ({ ...each, type: 1, limitPrice: 579 })));
  check('modifies a list', changed.data.every((each) => each.body.code === 1102), changed);
  const gone = await model.cancel_multi_order(ids);
  check('cancels a list', gone.data.every((each) => each.body.code === 1103), gone);
}

async function positions(model, heard) {
  await breath();
  const bought = await model.place_order(order({ qty: 3, orderTag: 'entry' }));
  const fill = await heard.orders.wait((each) => each.id === bought.id && each.status === 2);
  check('a market order fills', fill?.filledQty === 3 && fill.tradedPrice === 600, fill);
  const trade = await heard.trades.wait((each) => each.orderNumber === bought.id);
  check('hears of the trade', trade?.tradedQty === 3 && trade.tradePrice === 600, trade);
  const position = await heard.positions.wait((each) => each.netQty === 3);
  check('hears of the position', position?.id === `${symbol}-INTRADAY`, position);
  const book = await model.get_tradebook();
  check('trade book', book.tradeBook.at(-1).orderTag === '1:entry', book);
  await setPrice(610);
  const held = await model.get_positions();
  check('positions', held.netPositions[0].unrealized_profit === 30 && held.overall.count_open === 1, held);
  const stop = await model.place_order(order({ qty: 1, side: -1, type: 3, stopPrice: 605 }));
  await setPrice(604.95);
  check('a stop fires', (await heard.orders.wait((each) => each.id === stop.id && each.status === 2)) !== undefined);
  await breath();
  const converted = await model.convert_position({
    symbol: `${symbol}-INTRADAY`, positionSide: 1, convertQty: 1, convertFrom: 'INTRADAY', convertTo: 'CNC', overnight: 0,
  });
  check('converts one', converted.code === 200, converted);
  const exited = await model.exit_position({ id: `${symbol}-INTRADAY` });
  check('exits by id', exited.s === 'ok' && exited.code === 200, exited);
  check('is flat there', (await heard.positions.wait((each) => each.netQty === 0 && each.productType === 'INTRADAY')) !== undefined);
  await refused('nothing is left to exit', -352, model.exit_position({ id: `${symbol}-INTRADAY` }));
  const all = await model.exit_position({});
  check('an empty body exits everything', all.code === 200, all);
  const flat = await model.get_positions();
  check('all is flat', flat.overall.count_open === 0 && flat.netPositions.length === 2, flat);
  await breath();
  const gtt = await model.place_gtt_order({
    side: -1, symbol, productType: 'CNC',
    orderInfo: { leg1: { price: 650, triggerPrice: 650, qty: 1 }, leg2: { price: 550, triggerPrice: 550, qty: 1 } },
  });
  const waiting = await model.get_gtt_orders();
  check('GTT OCO', gtt.code === 1101 && waiting.orderBook[0].gtt_oco_ind === 2, waiting);
  check('cancels it', (await model.gtt_cancel_order({ id: gtt.id })).code === 1103);
}

// 201: it may have happened. Whoever asks finds it under its tag.
async function withoutWord(model) {
  await breath();
  await control('fault?fault=201-placed');
  const said = await model.place_order(order({ type: 1, limitPrice: 570, orderTag: 'unsure' }));
  const { orderBook } = await model.get_orders();
  const found = orderBook.filter((each) => each.orderTag === '1:unsure');
  check('201, and the order is there', said.code === 201 && found.length === 1, said);
  await model.cancel_order({ id: found[0].id });
  await control('fault?fault=201-lost');
  const lost = await model.place_order(order({ type: 1, limitPrice: 570, orderTag: 'never' }));
  const after = await model.get_orders();
  check('201, and it is not',
    lost.code === 201 && !after.orderBook.some((each) => each.orderTag === '1:never'), lost);
  await control('fault?fault=reject');
  await refused('a rejection on demand', -99, model.place_order(order({})));
}

function listenToOrders(token) {
  const heard = { orders: new Heard(), trades: new Heard(), positions: new Heard(), general: new Heard() };
  const socket = new fyersOrderSocket(token, undefined, false);
  socket.on('error', (error) => check('order socket', false, error));
  socket.on('close', () => {});
  socket.on('general', (message) => heard.general.add(message));
  socket.on('orders', (message) => heard.orders.add(message.orders));
  socket.on('trades', (message) => heard.trades.add(message.trades));
  socket.on('positions', (message) => heard.positions.add(message.positions));
  socket.on('connect', () => socket.subscribe([socket.orderUpdates, socket.tradeUpdates, socket.positionUpdates]));
  socket.connect();
  return { socket, heard };
}

async function ticks(token) {
  const heard = new Heard();
  const socket = fyersDataSocket.getInstance(token, undefined, false);
  socket.on('error', (error) => check('data socket', false, error));
  socket.on('close', () => {});
  socket.on('connect', () => {
    socket.subscribe([symbol, index], false, 1);
    socket.subscribe([symbol], true, 1);
    socket.mode(socket.FullMode, 1);
  });
  socket.on('message', (message) => heard.add(message));
  socket.connect();
  const snapshot = await heard.wait((each) => each.type === 'sf');
  check('snapshot of prices', snapshot?.symbol === symbol && snapshot.ltp > 500 && snapshot.bid_price > 0, snapshot);
  const indexed = await heard.wait((each) => each.type === 'if');
  check('snapshot of an index', indexed?.symbol === index && indexed.ltp === 19000, indexed);
  const depth = await heard.wait((each) => each.type === 'dp');
  check('snapshot of the depth', depth?.bid_price1 > 0 && depth.ask_price5 > depth.ask_price1, depth);
  await pause(1500);
  await setPrice(612.35);
  const update = await heard.wait((each) => each.type === 'sf' && each.ltp === 612.35);
  check('update of prices', update?.vol_traded_today > snapshot?.vol_traded_today && update.open_price === 600, update);
  await setPrice(19010.5, index);
  const moved = await heard.wait((each) => each.type === 'if' && each.ltp === 19010.5);
  check('update of an index', moved?.high_price === 19010.5 && moved.prev_close_price === 19000, moved);
  check('update of the depth', (await heard.wait((each) => each.type === 'dp' && each.bid_price1 === 612.35)) !== undefined);
  heard.items.length = 0;
  socket.mode(socket.LiteMode, 1);
  check('lite mode', (await heard.wait((each) => each.type === 'lit' && each.s === 'ok')) !== undefined, heard.items.at(-1));
  heard.items.length = 0;
  await setPrice(613.4);
  const lite = await heard.wait((each) => each.ltp === 613.4);
  await pause(500);
  check('lite prices', lite?.symbol === symbol && lite.bid_price === undefined, lite);
  check('no depth beside them', heard.items.every((each) => each.type !== 'dp'), heard.items);
  socket.unsubscribe([symbol], false, 1);
  check('unsubscribes', (await heard.wait((each) => each.type === 'unsub' && each.s === 'ok')) !== undefined, heard.items.at(-1));
  socket.close();
}

// A client that hangs is a failure, not a reason to wait.
const watchdog = setTimeout(() => {
  console.log('failed: fyers-api-v3: no answer for 3 minutes');
  process.exit(1);
}, 180000);
try {
  const { model, token } = await logIn();
  await account(model);
  await data(model);
  const { socket, heard } = listenToOrders(token);
  const subscribed = await heard.general.wait((each) => each.code === 1605);
  check('order socket', subscribed?.s === 'ok', subscribed);
  await breath();
  await orders(model, heard);
  await positions(model, heard);
  await withoutWord(model);
  await ticks(token);
  await control('fault?fault=expire-token');
  await refused('an expired token', -8, model.get_funds());
  socket.close?.();
} catch (error) {
  check('goes through', false, error);
}
clearTimeout(watchdog);
process.exit(failures === 0 ? 0 : 1);
