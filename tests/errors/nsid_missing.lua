netns.list_id { target = 77 }
