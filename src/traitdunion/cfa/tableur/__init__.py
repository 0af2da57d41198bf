"""A promotion of apprentices in a workbook: the template, its reading, its checks, the anomalies beside the cells."""
