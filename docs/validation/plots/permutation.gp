# gnuplot permutation.gp: slowest flow of a permutation of 20 MB per flow over 128 hosts, inside and outside the simulator
set terminal svg size 640,360 dynamic font "sans,12"
set output "permutation.svg"
set style data histograms
set style fill solid 0.8
set ylabel "slowest flow ÷ its least time"
set yrange [0:5]
set key top left
set grid y
$times << EOD
"round robin" 1.0027 1.0000
"random" 1.0439 1.0386
"ECMP, seed 3" 4.0000 4.0000
"ECMP, seed 4" 4.0000 4.0000
"ECMP, seed 5" 3.1669 3.1669
EOD
plot $times using 2:xtic(1) lc "#0060ad" title "simulated", "" using 3 lc "gray" title "law"
