# gnuplot md1.gp: mean wait of frames at one port against M/D/1, 10^8 arrivals per point
set terminal svg size 640,360 dynamic font "sans,12"
set output "md1.svg"
set xlabel "load"
set ylabel "mean wait [service times]"
set xrange [0:1]
set yrange [0.02:30]
set logscale y
set key top left
set grid
$measured << EOD
0.5  0.499535 0.000554
0.8  1.999569 0.004865
0.95 9.474146 0.078648
EOD
plot x / (2 * (1 - x)) lw 1.5 title "M/D/1", $measured using 1:2:3 with yerrorbars pt 7 ps 0.7 title "measured, 99 %"
