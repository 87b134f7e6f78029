"""The first words to somebody who opens a conversation without asking anything."""

GREETING = (
    "您好，我是工程建设项目帮办助手。您可以直接问某个事项怎么办、要什么材料、多少天办完，"
    "也可以查询本企业的办件进度和缺少的材料，需要时说“转人工”由项目管家接待。"
)
