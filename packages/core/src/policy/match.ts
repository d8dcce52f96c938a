/** Whether a pattern means something; `maybe` where too little is known of it. An allow list wants a yes, a deny list a no. */
export type Match = 'yes' | 'no' | 'maybe';
