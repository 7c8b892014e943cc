require "net/http"

sid = ENV.fetch("TWILIO_ACCOUNT_SID")
uri = URI("#{ENV.fetch("RINGBACK_API", "https://api.twilio.com")}/2010-04-01/Accounts/#{sid}/Messages.json")
request = Net::HTTP::Post.new(uri)
request.basic_auth(sid, ENV.fetch("TWILIO_AUTH_TOKEN"))
request.set_form_data("To" => "+15550101", "From" => ENV.fetch("TWILIO_PHONE_NUMBER"), "Body" => "Hello from Ruby")
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { |http| http.request(request) }
puts response.code
