<?php
// composer require twilio/sdk
// php -S 127.0.0.1:$PORT webhook.php
require __DIR__ . '/vendor/autoload.php';

use Twilio\Security\RequestValidator;
use Twilio\TwiML\MessagingResponse;
use Twilio\TwiML\VoiceResponse;

$validator = new RequestValidator(getenv('TWILIO_AUTH_TOKEN'));
$url = getenv('BASE_URL') . $_SERVER['REQUEST_URI'];
$signature = $_SERVER['HTTP_X_TWILIO_SIGNATURE'] ?? '';
if (!$validator->validate($signature, $url, $_POST)) {
    http_response_code(403);
    exit;
}

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/sms':
        $response = new MessagingResponse();
        $response->message('You said: ' . $_POST['Body']);
        break;
    case '/voice':
        $response = new VoiceResponse();
        $response->say('Hello from PHP.');
        break;
    default:
        http_response_code(404);
        exit;
}
header('Content-Type: text/xml');
echo $response;
