{{ number_batches(source('ops', 'batches'), source('ops', 'batch_decisions')) }}
