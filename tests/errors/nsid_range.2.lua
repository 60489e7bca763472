netns.list_id { target = -1 }
