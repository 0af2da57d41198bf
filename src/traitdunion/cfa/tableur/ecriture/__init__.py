"""Writing workbooks: the template, invented apprentices to try it, the anomalies beside the cells."""
