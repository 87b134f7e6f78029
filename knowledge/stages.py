"""The stages of a project's approvals, by the names that people read."""

STAGES = {
    "1": "立项用地规划许可",
    "2": "工程建设许可",
    "3": "施工许可",
    "4": "竣工验收",
    "parallel": "并行推进",
    "utility": "公用服务",
    "service": "中介服务",
}
