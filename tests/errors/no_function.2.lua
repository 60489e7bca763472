task.zleep(1)
