"""What people make of answers, steps and passages: kept, and given out to train on."""
