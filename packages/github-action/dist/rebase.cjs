require('./index.cjs');
