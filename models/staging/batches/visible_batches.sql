{{ number_batches(source('ops', 'batches')) }}
