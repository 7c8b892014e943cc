<?php
$sid = getenv('TWILIO_ACCOUNT_SID');
$api = getenv('RINGBACK_API') ?: 'https://api.twilio.com';
$request = curl_init("$api/2010-04-01/Accounts/$sid/Messages.json");
curl_setopt_array($request, [
    CURLOPT_USERPWD => $sid . ':' . getenv('TWILIO_AUTH_TOKEN'),
    CURLOPT_POSTFIELDS => http_build_query([
        'To' => '+15550101',
        'From' => getenv('TWILIO_PHONE_NUMBER'),
        'Body' => 'Hello from PHP',
    ]),
    CURLOPT_RETURNTRANSFER => true,
]);
echo curl_exec($request), "\n";
