package media_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/ringback-go/ringback/webhook/media"
)

func ExampleDownloader() {
	downloader, err := media.New(media.Config{
		Credentials: media.Credentials{Username: os.Getenv("TWILIO_ACCOUNT_SID"), Password: os.Getenv("TWILIO_AUTH_TOKEN")},
	})
	if err != nil {
		log.Fatal(err)
	}
	show := func(url string) error {
		picture, err := downloader.Get(context.Background(), url)
		if err != nil {
			return err
		}
		defer picture.Close()
		fmt.Println(picture.Type, picture.Extension())
		_, err = io.Copy(os.Stdout, picture)
		return err
	}

	fmt.Println(show("http://169.254.169.254/latest/meta-data/"))
	// Output: media: the URL is not allowed ("169.254.169.254")
}
