# gnuplot incast-drain.gp: time of the last byte beyond N times the wire bytes over the rate; 100 MB per sender, 800 Gb/s
set terminal svg size 640,360 dynamic font "sans,12"
set output "incast-drain.svg"
set xlabel "senders"
set ylabel "beyond the law [%]"
set logscale xy
set xrange [3:90]
set yrange [0.002:300]
set xtics (4, 16, 64)
set key outside
set grid
$measured << EOD
4  0.055 0.054 0.054 0.216 112.6
16 0.014 0.014 0.013 0.076 22.87
64 0.003 0.003 0.003 0.014 4.115
EOD
plot 0.5 dt 2 title "tolerance", $measured using 1:2 with linespoints title "ideal", \
  "" using 1:3 with linespoints title "infiniband", "" using 1:4 with linespoints title "rocev2, PFC alone", \
  "" using 1:5 with linespoints title "uec, with trims", "" using 1:6 with linespoints title "rocev2, DCQCN"
