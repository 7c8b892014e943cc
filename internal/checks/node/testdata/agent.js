// An agent for ConversationRelay as it is written by hand: an HTTP server that
// answers the webhook, and a WebSocket that streams words until it is interrupted.
const http = require('http');
const crypto = require('crypto');
const { WebSocketServer } = require('ws');

const base = process.env.BASE_URL;
const token = process.env.TWILIO_AUTH_TOKEN;

function signed(req, url, params) {
  const text = Object.keys(params).sort().reduce((all, name) => all + name + params[name], url);
  return crypto.createHmac('sha1', token).update(text).digest('base64') === req.headers['x-twilio-signature'];
}

const answers = {
  hours: 'We are open from nine to five, Monday to Friday, and on Saturdays until noon.',
  bye: 'Thank you for calling.',
};

const server = http.createServer((req, res) => {
  let body = '';
  req.on('data', (data) => { body += data; });
  req.on('end', () => {
    const params = Object.fromEntries(new URLSearchParams(body));
    if (!signed(req, base + req.url, params)) {
      res.writeHead(403).end();
      return;
    }
    res.writeHead(200, { 'Content-Type': 'text/xml' });
    if (req.url === '/ended') {
      res.end(`<Response><Say>You were handed over with ${params.HandoffData}.</Say></Response>`);
      return;
    }
    const url = base.replace('https', 'wss') + '/agent';
    res.end(`<Response><Connect action="/ended"><ConversationRelay url="${url}" welcomeGreeting="Hello from Node."/></Connect></Response>`);
  });
});

const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (req, socket, head) => {
  if (!signed(req, base.replace('https', 'wss') + req.url, {})) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(req, socket, head, talk);
});

function talk(ws) {
  let timer;
  const send = (message) => ws.send(JSON.stringify(message));
  ws.on('close', () => clearInterval(timer));
  ws.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'interrupt') {
      clearInterval(timer);
      console.log(`interrupted after: ${message.utteranceUntilInterrupt}`);
    }
    if (message.type !== 'prompt' || !message.last) {
      return;
    }
    clearInterval(timer);
    const topic = Object.keys(answers).find((word) => message.voicePrompt.includes(word));
    const words = (answers[topic] || 'I did not understand.').split(' ');
    timer = setInterval(() => {
      const word = words.shift();
      send({ type: 'text', token: word + (words.length ? ' ' : ''), last: words.length === 0 });
      if (words.length === 0) {
        clearInterval(timer);
        if (topic === 'bye') {
          setTimeout(() => send({ type: 'end', handoffData: 'a smile' }), 2500);
        }
      }
    }, 30);
  });
}

server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
