# gem install sinatra rackup puma twilio-ruby
require "sinatra"
require "twilio-ruby"

set :bind, "127.0.0.1"
set :port, ENV.fetch("PORT", "4567")
validator = Twilio::Security::RequestValidator.new(ENV.fetch("TWILIO_AUTH_TOKEN"))

before do
  url = ENV.fetch("BASE_URL") + request.fullpath
  signature = request.env["HTTP_X_TWILIO_SIGNATURE"].to_s
  halt 403 unless validator.validate(url, request.POST, signature)
  content_type "text/xml"
end

post "/sms" do
  Twilio::TwiML::MessagingResponse.new { |r| r.message(body: "You said: #{params["Body"]}") }.to_s
end

post "/voice" do
  Twilio::TwiML::VoiceResponse.new { |r| r.say(message: "Hello from Ruby.") }.to_s
end
