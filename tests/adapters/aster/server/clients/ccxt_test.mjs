// ccxt, as it comes from npm, trades at the twin: markets, V3 signatures, orders one by one and in
// batches, cancels, queries, positions, settings, and watching. Nothing of ccxt is changed but the
// addresses and the key, as a person would for a test net.
//
//   NODE_EXTRA_CA_CERTS=certificate.pem node ccxt_test.mjs https://localhost:8443
//
// Prints a line a check: "passed: WHAT" or "failed: WHAT". The venue needs --control, and an
// instrument DEMOUSDT.
import ccxt from 'ccxt';

const base = process.argv[2];
const symbol = 'DEMO/USDT:USDT';
// Of Aster's documentation; everybody knows it.
const key = '0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1';

let failures = 0;
function check(what, holds, detail = '') {
  if (!holds) ++failures;
  console.log(`${holds ? 'passed' : 'failed'}: ccxt: ${what}${holds ? '' : ` ${JSON.stringify(detail)}`}`);
}
async function refused(what, kind, promise) {
  try {
    const answer = await promise;
    check(what, false, answer);
  } catch (error) {
    check(what, error instanceof kind, `${error.constructor.name}: ${error.message}`);
  }
}

function makeExchange(privateKey) {
  const exchange = new ccxt.pro.aster({ privateKey, options: { defaultType: 'swap' } });
  for (const name of ['fapiPublic', 'fapiPrivate']) exchange.urls.api[name] = `${base}/fapi`;
  for (const name of ['sapiPublic', 'sapiPrivate']) exchange.urls.api[name] = `${base}/api`;
  // ccxt tells futures from spot by this word in the address; before "@" it is a user name.
  const sockets = base.replace('https://', 'wss://fstream@');
  exchange.urls.api.ws.public.swap = `${sockets}/stream`;
  exchange.urls.api.ws.private.swap = `${sockets}/ws`;
  return exchange;
}

async function setPrice(price) {
  await fetch(`${base}/twin/price?symbol=DEMOUSDT&price=${price}&mark=${price}`, { method: 'POST' });
}

async function publicData(exchange) {
  const markets = await exchange.loadMarkets();
  const market = markets[symbol];
  check('loads markets', market?.swap === true && market.linear === true && market.active === true, market);
  check('knows tick, step and minimum',
    market.precision.price === 0.001 && market.precision.amount === 0.001 && market.limits.cost.min === 5,
    market);
  const clock = await exchange.fetchTime({ type: 'swap' });
  check('server time', Math.abs(clock - Date.now()) < 5000, clock);
  const ticker = await exchange.fetchTicker(symbol);
  check('24 h ticker', ticker.last === 42 && ticker.high >= ticker.low, ticker);
  const tickers = await exchange.fetchTickers([symbol]);
  check('all tickers', tickers[symbol].last === 42, tickers);
  const book = await exchange.fetchOrderBook(symbol, 5);
  check('order book', book.bids.length > 0 && book.bids[0][0] < book.asks[0][0], book);
  const trades = await exchange.fetchTrades(symbol);
  check('public trades', trades.length > 0 && trades.at(-1).price === 42, trades.at(-1));
  const candles = await exchange.fetchOHLCV(symbol, '1m');
  check('candles', candles.length > 0 && candles.at(-1)[4] === 42, candles.at(-1));
  const funding = await exchange.fetchFundingRate(symbol);
  check('funding rate and mark', funding.markPrice === 42, funding);
  const bids = await exchange.fetchBidsAsks([symbol]);
  check('best bid and ask', bids[symbol].bid > 0, bids);
}

async function orders(exchange) {
  const placed = await exchange.createOrder(symbol, 'limit', 'buy', 1, 41.5, { clientOrderId: 'first' });
  check('places a limit order (V3 signed)', placed.status === 'open' && placed.clientOrderId === 'first', placed);
  const fetched = await exchange.fetchOrder(placed.id, symbol);
  check('queries it', fetched.price === 41.5 && fetched.remaining === 1, fetched);
  check('lists it as open', (await exchange.fetchOpenOrders(symbol)).some((each) => each.id === placed.id));
  const edited = await exchange.editOrder(placed.id, symbol, 'limit', 'buy', 2, 41.6);
  const after = await exchange.fetchOrder(edited.id, symbol);
  check('amends it', after.price === 41.6 && after.amount === 2 && after.status === 'open', after);
  const canceled = await exchange.cancelOrder(edited.id, symbol);
  check('cancels it', canceled.status === 'canceled', canceled);
  const batch = await exchange.createOrders([
    { symbol, type: 'limit', side: 'buy', amount: 1, price: 41.1 },
    { symbol, type: 'limit', side: 'buy', amount: 1, price: 41.2 },
    { symbol, type: 'limit', side: 'sell', amount: 1, price: 43.2 },
  ]);
  check('places a batch', batch.length === 3 && batch.every((each) => each.id !== undefined), batch);
  const rows = await exchange.cancelOrders(batch.slice(0, 2).map((each) => each.id), symbol);
  check('cancels a batch', rows.length === 2 && rows.every((each) => each.status === 'canceled'), rows);
  await exchange.cancelAllOrders(symbol);
  check('cancels all', (await exchange.fetchOpenOrders(symbol)).length === 0);
  const all = await exchange.fetchOrders(symbol);
  check('lists all orders', all.length >= 5, all.length);
  await refused('an order below the minimum is refused', ccxt.InvalidOrder,
    exchange.createOrder(symbol, 'limit', 'buy', 0.01, 41));
  await refused('an unknown order is not there', ccxt.OrderNotFound, exchange.fetchOrder('77', symbol));
}

async function positions(exchange) {
  check('balance', (await exchange.fetchBalance()).USDT.total === 10000);
  await exchange.setLeverage(20, symbol);
  const market = await exchange.createOrder(symbol, 'market', 'buy', 2);
  check('market order', market.id !== undefined, market);
  const filled = await exchange.fetchOrder(market.id, symbol);
  check('fills at once', filled.status === 'closed' && filled.average === 42 && filled.filled === 2, filled);
  const stop = await exchange.createOrder(symbol, 'STOP_MARKET', 'sell', 2, undefined,
    { stopPrice: 40, reduceOnly: true });
  check('places a stop', (await exchange.fetchOrder(stop.id, symbol)).triggerPrice === 40, stop);
  const [position] = await exchange.fetchPositions([symbol]);
  check('position', position.contracts === 2 && position.side === 'long' && position.entryPrice === 42, position);
  const [risk] = await exchange.fetchPositionsRisk([symbol]);
  check('position risk', risk.contracts === 2 && risk.leverage === 20, risk);
  await setPrice(39.9);
  const done = await exchange.fetchOrder(stop.id, symbol);
  check('the stop fires', done.status === 'closed' && done.filled === 2, done);
  const mine = await exchange.fetchMyTrades(symbol);
  check('own trades', mine.length === 2 && mine[0].fee.cost > 0, mine);
  const ledger = await exchange.fetchLedger('USDT');
  check('income', ledger.length >= 3, ledger);
  check('trading fee', (await exchange.fetchTradingFee(symbol)).taker === 0.0005);
  const mode = await exchange.fetchPositionMode(symbol);
  check('position mode', mode.hedged === false, mode);
  await exchange.setPositionMode(true);
  check('hedge mode', (await exchange.fetchPositionMode(symbol)).hedged === true);
  await exchange.setPositionMode(false);
}

async function margin(exchange) {
  await setPrice(42);
  await exchange.setMarginMode('isolated', symbol);
  await exchange.createOrder(symbol, 'market', 'buy', 2);
  const added = await exchange.addMargin(symbol, 1.5);
  check('adds margin', added.type === 'add' && added.amount === 1.5 && added.status === 'ok', added);
  // 2 at 42 with leverage 20, and what was added.
  const [position] = await exchange.fetchPositions([symbol]);
  check('isolated position', Math.abs(position.collateral - 5.7) < 1e-8 && position.marginMode === 'isolated', position);
  await exchange.reduceMargin(symbol, 0.5);
  const moves = await exchange.fetchMarginAdjustmentHistory(symbol);
  check('history of margin', moves.map((each) => `${each.type} ${each.amount}`).join() === 'add 1.5,reduce 0.5', moves);
  await refused('takes no more than was added', ccxt.BaseError, exchange.reduceMargin(symbol, 3));
  await exchange.createOrder(symbol, 'market', 'sell', 2, undefined, { reduceOnly: true, stpMode: 'EXPIRE_MAKER' });
  await exchange.setMarginMode('cross', symbol);
  check('cross again', (await exchange.fetchMarginModes([symbol]))[symbol].marginMode === 'cross');
}

async function streams(exchange) {
  const ticks = exchange.watchTrades(symbol);
  const watched = exchange.watchOrders(symbol);
  const mine = exchange.watchMyTrades(symbol);
  const marks = await exchange.watchTicker(symbol);
  check('watches the ticker', marks.last > 0, marks);
  // ccxt keeps tickers and marks in one place: another one, to tell them apart.
  const other = makeExchange(key);
  const mark = await other.watchMarkPrice(symbol);
  check('watches the mark price', mark.markPrice > 0, mark);
  await other.close();
  const candle = exchange.watchOHLCV(symbol, '1m');
  const bid = exchange.watchBidsAsks([symbol]);
  const timer = setInterval(() => setPrice(42 + Math.floor(Math.random() * 100) / 1000), 100);
  check('watches trades', (await ticks)[0].price >= 39, await ticks);
  check('watches candles', (await candle).length > 0);
  check('watches bid and ask', (await bid)[symbol].bid > 0);
  const placing = exchange.createOrder(symbol, 'market', 'buy', 1);
  const [order] = await watched;
  check('watches orders', order.symbol === symbol && order.id !== undefined, order);
  const [trade] = await mine;
  check('watches own trades', trade.amount === 1 && trade.fee.cost > 0, trade);
  await placing;
  const held = exchange.watchPositions();
  const book = await exchange.watchOrderBook(symbol);
  check('watches the order book', book.bids.length > 0 && book.bids[0][0] < book.asks[0][0], book);
  const closing = exchange.createOrder(symbol, 'market', 'sell', 1, undefined, { reduceOnly: true });
  check('watches positions', (await held)[0].symbol === symbol, await held);
  await closing;
  clearInterval(timer);
}

async function wrongKeys() {
  const stranger = makeExchange('0x' + '11'.repeat(32));
  stranger.options.builderFee = false;
  await refused('a stranger is refused', ccxt.BaseError, stranger.fetchBalance());
  await stranger.close();
}

const exchange = makeExchange(key);
// A client that hangs is a failure, not a reason to wait.
const watchdog = setTimeout(() => {
  console.log('failed: ccxt: no answer for 5 minutes');
  process.exit(1);
}, 300000);
try {
  await setPrice(42);
  await publicData(exchange);
  await orders(exchange);
  await positions(exchange);
  await margin(exchange);
  await streams(exchange);
  await wrongKeys();
} catch (error) {
  check(`goes through: ${error.stack}`, false);
}
clearTimeout(watchdog);
await exchange.close();
process.exit(failures === 0 ? 0 : 1);
